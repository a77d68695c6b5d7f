import { isTerminal } from '../contracts/capture.ts';
import { toCaptureJob } from '../contracts/capture-job.ts';
import type { Captures } from '../store/captures.ts';
import { readBehind } from '../store/read-behind.ts';
import type { DeadJobs } from './dead-jobs.ts';

export interface RedriveDeps {
  readonly jobs: DeadJobs;
  readonly captures: Pick<Captures, 'read' | 'noteRedrive'>;
  readonly now: () => number;
  /** A name that no other redrive has; up to 64 characters. */
  readonly newNonce: () => string;
  /** Redrives after which a capture gets no more, unless forced. */
  readonly redrivesMax: number;
}

export interface RedriveOptions {
  /** Says what would happen and changes nothing. */
  readonly dryRun?: boolean | undefined;
  /** Also a capture that was redriven too often: for when the cause is mended. */
  readonly force?: boolean | undefined;
}

/** What became of one dead letter. `not_dead`: its job is gone or on its way again. */
export type Redriven =
  | { readonly captureId: string; readonly result: 'redriven'; readonly nonce: string }
  | { readonly captureId: string; readonly result: 'would_redrive' }
  | {
      readonly captureId: string;
      readonly result: 'refused';
      readonly why: 'not_dead' | 'missing' | 'unreadable' | 'ended' | 'too_often';
    };

/**
 * Gives a dead letter a new attempt: noted in the record with its nonce, then a fresh job of the same id. Steps that are
 * done are not repeated.
 *
 * Repeating it, also at the same time, gives one attempt for each death of the job. Dying between the note and the new job
 * leaves a capture without a job, which is on the watchlist. Throws `AppError('redis_unavailable')`.
 */
export async function redriveDeadLetter(
  { jobs, captures, now, newNonce, redrivesMax }: RedriveDeps,
  captureId: string,
  { dryRun = false, force = false }: RedriveOptions,
): Promise<Redriven> {
  const refused = (why: Extract<Redriven, { result: 'refused' }>['why']): Redriven => ({
    captureId,
    result: 'refused',
    why,
  });
  const failedAt = await jobs.failedAt(captureId);
  if (failedAt === null) return refused('not_dead');
  const record = await readBehind(captures, captureId);
  if (typeof record === 'string') return refused(record === 'newer' ? 'unreadable' : record);
  const allowed = force ? Number.MAX_SAFE_INTEGER : redrivesMax;
  if (dryRun) {
    if (isTerminal(record.status)) return refused('ended');
    const counted = record.redriveOf === failedAt;
    return !counted && (record.redrives ?? 0) >= allowed
      ? refused('too_often')
      : { captureId, result: 'would_redrive' };
  }
  const redrive = { nonce: newNonce(), failedAt, at: now(), redrivesMax: allowed };
  const note = await captures.noteRedrive(captureId, redrive);
  if (!('nonce' in note)) return refused(note.verdict);
  await jobs.replace(toCaptureJob({ id: captureId, lane: record.lane, redriveNonce: note.nonce }));
  return { captureId, result: 'redriven', nonce: note.nonce };
}
