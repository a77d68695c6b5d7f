import { isTerminal } from '@identity-events/shared/contracts/capture';
import type { CaptureRecord } from '@identity-events/shared/store/capture-record';

/** Where a capture's job is. `waiting`: a worker will take it up, now or later. `lost`: there is none. */
export type JobState = 'active' | 'waiting' | 'dead' | 'lost';

/** What is the matter with a capture that somebody should look after. */
export type Finding =
  /** Nothing: it moves on by itself. */
  | 'moving'
  /** Its record was erased or has run out. */
  | 'erased'
  /** Its record is for workers of a newer version. */
  | 'newer'
  /** Its record is damaged. */
  | 'unreadable'
  /** Nobody works on it, and nobody will. */
  | 'job_lost'
  /** It waits for an operator. */
  | 'dead_letter'
  /** Its deadline has passed, and no worker is about to end it. */
  | 'overdue'
  /** It has its outcome, and Kafka does not have its event. */
  | 'not_announced';

/**
 * Pure. A dead letter is overdue like every other capture: its outcome does not wait for the operator, who still has the
 * letter. A job that is running beyond the deadline is left to end what it does.
 */
export function diagnose(
  record: CaptureRecord | 'missing' | 'newer' | 'unreadable',
  job: JobState,
  { now, graceMs }: { readonly now: number; readonly graceMs: number },
): Finding {
  if (record === 'missing') return 'erased';
  if (record === 'newer' || record === 'unreadable') return record;
  if (isTerminal(record.status)) return 'not_announced';
  if (job === 'active') return 'moving';
  if (now >= record.expiresAt + graceMs) return 'overdue';
  if (job === 'lost') return 'job_lost';
  return job === 'dead' ? 'dead_letter' : 'moving';
}
