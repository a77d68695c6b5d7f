import { isTerminal } from '../contracts/capture.ts';
import { failedBy } from '../contracts/decision.ts';
import type { Captures } from '../store/captures.ts';
import { type EndCaptureDeps, endCapture } from '../store/end-capture.ts';
import { readBehind } from '../store/read-behind.ts';
import type { DeadJobs } from './dead-jobs.ts';

export interface AbandonDeps extends EndCaptureDeps {
  readonly jobs: DeadJobs;
  readonly captures: Pick<Captures, 'read' | 'readRemains' | 'finish'>;
}

export interface AbandonOptions {
  /** Says what would happen and changes nothing. */
  readonly dryRun?: boolean | undefined;
}

/**
 * What became of one dead letter. `abandoned`: its capture failed as `internal_error`. `dismissed`: the capture had ended
 * before, or is no more, and only the letter went.
 */
export type Abandoned =
  | { readonly captureId: string; readonly result: 'abandoned' | 'dismissed' | 'would_abandon' | 'would_dismiss' }
  | { readonly captureId: string; readonly result: 'refused'; readonly why: 'not_dead' | 'unreadable' };

/**
 * Gives a dead letter up: `identity.failed` with `internal_error`, then images and job go. One whose record is damaged, too, as
 * long as that tells whose it is; one of a newer version is for that version's processes.
 *
 * Repeating it finishes what was begun and publishes nothing more; a worker that has the capture meanwhile finds it
 * ended. Only dead letters are taken: this is no way to cancel captures. Throws `AppError('redis_unavailable')`.
 */
export async function abandonDeadLetter(
  deps: AbandonDeps,
  captureId: string,
  { dryRun = false }: AbandonOptions,
): Promise<Abandoned> {
  if ((await deps.jobs.failedAt(captureId)) === null) return { captureId, result: 'refused', why: 'not_dead' };
  const record = await readAsFarAsPossible(deps.captures, captureId);
  if (record === 'unreadable') return { captureId, result: 'refused', why: record };
  if (dryRun) {
    const open = record !== 'missing' && !isTerminal(record.status);
    return { captureId, result: open ? 'would_abandon' : 'would_dismiss' };
  }
  const ended = record !== 'missing' && (await endCapture(deps, record, failedBy('internal_error')));
  await deps.jobs.remove(captureId);
  return { captureId, result: ended ? 'abandoned' : 'dismissed' };
}

async function readAsFarAsPossible(captures: AbandonDeps['captures'], captureId: string) {
  const record = await readBehind(captures, captureId);
  if (record === 'newer') return 'unreadable';
  return record === 'unreadable' ? ((await captures.readRemains(captureId)) ?? record) : record;
}
