import { isTerminal } from '@identity-events/shared/contracts/capture';
import type { QueuedCapture } from '@identity-events/shared/contracts/capture-job';
import { failedBy } from '@identity-events/shared/contracts/decision';
import { toRedactedEvent } from '@identity-events/shared/contracts/redacted-event';
import { announce } from '@identity-events/shared/contracts/to-identity-event';
import type { Logger } from '@identity-events/shared/runtime/logger';
import type { CaptureRecord } from '@identity-events/shared/store/capture-record';
import type { Captures } from '@identity-events/shared/store/captures';
import { type EndCaptureDeps, endCapture } from '@identity-events/shared/store/end-capture';
import { readBehind } from '@identity-events/shared/store/read-behind';
import type { Watchlist } from '@identity-events/shared/store/watchlist';
import { diagnose, type Finding, type JobState } from './diagnose.ts';

/** The jobs of captures, as this feature needs them. */
export interface CaptureJobs {
  stateOf(captureId: string): Promise<JobState>;
  /** Resolves once the capture has a job; harmless when it has one. */
  makeAgain(capture: QueuedCapture): Promise<void>;
}

export interface LookAfterDeps extends EndCaptureDeps {
  readonly captures: Pick<Captures, 'read' | 'salvage' | 'readErased' | 'finish' | 'announceAgain'>;
  /** Whose captures there may be. */
  readonly tenants: () => readonly string[];
  readonly watchlist: Watchlist;
  readonly jobs: CaptureJobs;
  readonly logger: Logger;
  /** How late something must be before it counts as late. */
  readonly graceMs: number;
  /** Time between two looks at a capture with which nothing is the matter. */
  readonly againMs: number;
}

/** A finding, and whether something was mended by it. */
export interface Look {
  readonly finding: Finding;
  readonly mended: boolean;
}

/**
 * Looks after one capture of the watchlist: mends what can be mended, reports it, and sees to it that somebody looks again
 * when that is of use.
 *
 * Every mending is one of the guarded steps, so it is harmless when a worker, the relay or another reconciler gets there
 * first. Throws `AppError('redis_unavailable')`.
 */
export async function lookAfterCapture(deps: LookAfterDeps, captureId: string): Promise<Look> {
  // The job first: one that ends in between leaves an ended record, never an open one that seems to have lost its job.
  const job = await deps.jobs.stateOf(captureId);
  const record = await readBehind(deps.captures, captureId);
  const now = deps.now();
  const finding = diagnose(record, job, { now, graceMs: deps.graceMs });
  if (finding === 'erased') return lookAfterErased(deps, captureId);
  if (finding === 'unreadable') return lookAfterDamaged(deps, captureId, job);
  const mended = typeof record === 'string' ? false : await mend(deps, record, finding);
  await deps.watchlist.lookAgain(captureId, nextLook(deps, record, { mended, now }));
  if (mended) deps.logger.warn('reconcile.mended', { captureId, finding, job });
  else if (finding === 'newer') deps.logger.warn('reconcile.newer', { captureId, job });
  return { finding, mended };
}

async function mend(deps: LookAfterDeps, record: CaptureRecord, finding: Finding): Promise<boolean> {
  switch (finding) {
    case 'job_lost':
      await deps.jobs.makeAgain(record);
      return true;
    case 'overdue':
      return endCapture(deps, record, failedBy('capture_expired'));
    case 'not_announced':
      return announceAgain(deps, record);
    case 'moving':
    case 'erased':
    case 'newer':
    case 'unreadable':
    case 'dead_letter':
      return false;
  }
}

/** What an erased capture has to announce is announced in its order; with its redaction in Kafka nothing is left to do. */
async function lookAfterErased({ captures, watchlist, now, againMs, logger }: LookAfterDeps, captureId: string) {
  const finding = 'erased';
  const erased = await captures.readErased(captureId);
  if (!erased?.subject) {
    await watchlist.forget(captureId);
    return { finding, mended: false } as const;
  }
  const { outcome, subject, traceparent, erasedAt } = erased;
  const lost = outcome && (await captures.announceAgain(captureId, announce(outcome, traceparent))) === 'restored';
  const redacted = toRedactedEvent({ ...erased, subject }, erasedAt);
  const mended = (await captures.announceAgain(captureId, redacted)) === 'restored' || lost === true;
  await watchlist.lookAgain(captureId, mended ? now() : now() + againMs);
  if (mended) logger.warn('reconcile.mended', { captureId, finding });
  return { finding, mended } as const;
}

/**
 * A damaged record is for an operator to mend, or to abandon, until its deadline; then its capture fails as `internal_error`, and at
 * once when the deadline can't be read. An end that it had before stands.
 */
async function lookAfterDamaged(deps: LookAfterDeps, captureId: string, job: JobState): Promise<Look> {
  const { captures, watchlist, now, againMs, graceMs, logger } = deps;
  const remains = await captures.salvage(captureId, deps.tenants());
  const due = (remains?.expiresAt ?? 0) + graceMs;
  let mended = false;
  if (remains && isTerminal(remains.status)) mended = await announceAgain(deps, remains);
  else if (remains && now() >= due) mended = await endCapture(deps, remains, failedBy('internal_error'));
  const again = now() + againMs;
  await watchlist.lookAgain(captureId, mended ? now() : now() < due ? Math.min(again, due) : again);
  logger.error('reconcile.unreadable', { captureId, job, mended, readable: remains !== null });
  return { finding: 'unreadable', mended };
}

type Announced = Pick<CaptureRecord, 'id' | 'outcome' | 'traceparent'>;

async function announceAgain({ captures }: LookAfterDeps, record: Announced): Promise<boolean> {
  if (!record.outcome) return false;
  const event = announce(record.outcome, record.traceparent);
  return (await captures.announceAgain(record.id, event)) === 'restored';
}

/** What was mended is looked at soon; an open capture at its deadline at the latest, when something is to be done. */
function nextLook(
  { againMs, graceMs }: LookAfterDeps,
  record: CaptureRecord | 'missing' | 'newer' | 'unreadable',
  { mended, now }: { readonly mended: boolean; readonly now: number },
): number {
  if (mended) return now;
  const again = now + againMs;
  if (typeof record === 'string' || now >= record.expiresAt + graceMs) return again;
  return Math.min(again, record.expiresAt);
}
