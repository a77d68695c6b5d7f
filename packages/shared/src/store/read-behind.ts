import { errorCode } from '../runtime/errors.ts';
import type { CaptureRecord } from './capture-record.ts';
import type { Captures } from './captures.ts';

/**
 * The record behind an id that was found elsewhere: in a job, in the watchlist, in the image store. `missing`: it was
 * erased or has run out. `newer`: it is for processes of a newer version. `unreadable`: it is damaged. Throws
 * `AppError('redis_unavailable')`.
 */
export async function readBehind(
  captures: Pick<Captures, 'read'>,
  captureId: string,
): Promise<CaptureRecord | 'missing' | 'newer' | 'unreadable'> {
  try {
    return (await captures.read(captureId)) ?? 'missing';
  } catch (error) {
    switch (errorCode(error)) {
      case 'record_newer':
        return 'newer';
      case 'record_invalid':
        return 'unreadable';
      default:
        throw error;
    }
  }
}
