import { AppError } from '../runtime/errors.ts';
import type { CaptureRecord } from './capture-record.ts';
import type { Captures } from './captures.ts';

/**
 * The record behind an id that was found elsewhere: in a job, in the watchlist, in the image store. `missing`: it was
 * erased or has run out. `unreadable`: another version wrote it. Throws `AppError('redis_unavailable')`.
 */
export async function readBehind(
  captures: Pick<Captures, 'read'>,
  captureId: string,
): Promise<CaptureRecord | 'missing' | 'unreadable'> {
  try {
    return (await captures.read(captureId)) ?? 'missing';
  } catch (error) {
    if (error instanceof AppError && error.code === 'record_invalid') return 'unreadable';
    throw error;
  }
}
