import { isTerminal } from '../contracts/capture.ts';
import { failedBy } from '../contracts/decision.ts';
import type { Captures } from '../store/captures.ts';
import { type EndCaptureDeps, endCapture } from '../store/end-capture.ts';
import { remainsMs } from '../store/erase-record.ts';
import { readBehind } from '../store/read-behind.ts';
import type { DeadJobs } from './dead-jobs.ts';

export interface AbandonDeps extends EndCaptureDeps {
  readonly jobs: DeadJobs;
  readonly captures: Pick<Captures, 'read' | 'salvage' | 'readOwner' | 'finish' | 'forget'>;
  /** Whose captures there may be. */
  readonly tenants: () => readonly string[];
}

export interface AbandonOptions {
  /** Says what would happen and changes nothing. */
  readonly dryRun?: boolean | undefined;
  /** Also captures of which too little can be read to tell anybody: they are erased, without an event. */
  readonly force?: boolean | undefined;
}

/**
 * What became of one dead letter. `abandoned`: its capture failed as `internal_error`. `dismissed`: the capture had ended
 * before, or is no more, and only the letter went. `erased`: too little of it could be read for an event.
 */
export type Abandoned =
  | { readonly captureId: string; readonly result: AbandonResult }
  | { readonly captureId: string; readonly result: 'refused'; readonly why: 'not_dead' | 'unreadable' };

type AbandonResult = 'abandoned' | 'dismissed' | 'erased' | 'would_abandon' | 'would_dismiss' | 'would_erase';

/**
 * Gives a dead letter up: `identity.failed` with `internal_error`, then images and job go. One whose record is damaged, too, as
 * long as that tells whose it is, and with `force` also without; one of a newer version is for that version's processes.
 *
 * Repeating it finishes what was begun and publishes nothing more; a worker that has the capture meanwhile finds it
 * ended. Only dead letters are taken: this is no way to cancel captures. Throws `AppError('redis_unavailable')`.
 */
export async function abandonDeadLetter(
  deps: AbandonDeps,
  captureId: string,
  { dryRun = false, force = false }: AbandonOptions,
): Promise<Abandoned> {
  if ((await deps.jobs.failedAt(captureId)) === null) return { captureId, result: 'refused', why: 'not_dead' };
  const record = await readAsFarAsPossible(deps, captureId);
  if (record === 'unreadable' && force) return eraseUnreadable(deps, captureId, dryRun);
  if (record === 'newer' || record === 'unreadable') return { captureId, result: 'refused', why: 'unreadable' };
  if (dryRun) {
    const open = record !== 'missing' && !isTerminal(record.status);
    return { captureId, result: open ? 'would_abandon' : 'would_dismiss' };
  }
  const ended = record !== 'missing' && (await endCapture(deps, record, failedBy('internal_error')));
  await deps.jobs.remove(captureId);
  return { captureId, result: ended ? 'abandoned' : 'dismissed' };
}

async function readAsFarAsPossible({ captures, tenants }: AbandonDeps, captureId: string) {
  const record = await readBehind(captures, captureId);
  return record === 'unreadable' ? ((await captures.salvage(captureId, tenants())) ?? record) : record;
}

/** Images whose tenant nobody can tell are left to whoever collects those that no open capture owns. */
async function eraseUnreadable(deps: AbandonDeps, captureId: string, dryRun: boolean): Promise<Abandoned> {
  if (dryRun) return { captureId, result: 'would_erase' };
  const tenant = (await deps.captures.readOwner(captureId, deps.tenants())) ?? undefined;
  await deps.captures.forget(captureId, { tenant, erasedAt: deps.now(), remainsMs });
  if (tenant !== undefined) await deps.images.remove({ tenant, captureId });
  await deps.jobs.remove(captureId);
  return { captureId, result: 'erased' };
}
