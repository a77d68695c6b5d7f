import type { Job } from 'bullmq';
import { causeOf } from '../contracts/dead-letter-cause.ts';
import type { CaptureRecord } from '../store/capture-record.ts';

/** What of a capture's record tells nothing about the person. */
export interface DeadCapture
  extends Pick<CaptureRecord, 'kind' | 'lane' | 'status' | 'createdAt' | 'expiresAt' | 'failedCalls' | 'redrivenAt'> {
  readonly redrives: number;
  /** Provider steps that are done and will not be repeated, and when each finished (epoch ms). */
  readonly steps: readonly { readonly step: string; readonly finishedAt: number }[];
}

/** A job that a fault of the pipeline ended, with the capture that waits behind it. Times are epoch ms. */
export interface DeadLetter {
  readonly captureId: string;
  /** Stable code, such as `bug`, `poison`, `unreadable` or `image_missing`. */
  readonly cause: string;
  /** Whose capture it is; null when its record is missing, or tells nothing of that and neither does the index. */
  readonly tenant: string | null;
  readonly failedAt: number;
  readonly queuedAt: number;
  /** Times a worker started it, and times its worker died with it. */
  readonly starts: number;
  readonly stalls: number;
  /** The redrive that made the job; null for a capture's first one. */
  readonly nonce: string | null;
  /** `missing`: its record was erased or has run out. `unreadable`: it is damaged, or a newer version wrote it. */
  readonly capture: DeadCapture | 'missing' | 'unreadable';
}

/** A failed job and its record as a dead letter; `owner` is whose it is, should the record not tell. */
export function toDeadLetter(
  job: Job,
  record: CaptureRecord | 'missing' | 'newer' | 'unreadable',
  owner: string | null,
): DeadLetter {
  const { nonce } = Object(job.data) as { nonce?: unknown };
  return {
    captureId: job.id ?? '',
    tenant: typeof record === 'string' ? owner : record.tenant,
    cause: causeOf(job.failedReason),
    failedAt: job.finishedOn ?? 0,
    queuedAt: job.timestamp,
    starts: job.attemptsStarted,
    stalls: job.stalledCounter,
    nonce: typeof nonce === 'string' ? nonce : null,
    capture: record === 'newer' ? 'unreadable' : typeof record === 'string' ? record : toDeadCapture(record),
  };
}

function toDeadCapture(record: CaptureRecord): DeadCapture {
  const { kind, lane, status, createdAt, expiresAt, failedCalls, redrives = 0, redrivenAt } = record;
  const steps = [...record.steps].map(([step, { finishedAt }]) => ({ step, finishedAt }));
  return { kind, lane, status, createdAt, expiresAt, failedCalls, redrives, redrivenAt, steps };
}
