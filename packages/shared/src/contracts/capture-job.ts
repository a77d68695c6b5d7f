import { z } from 'zod';
import type { Lane } from './capture.ts';

/** The BullMQ queue that carries captures from the API to the workers. */
export const captureQueueName = 'captures';

/** Prefix of every key this service owns in Redis. The braces keep them in one slot of a Redis Cluster. */
export const redisPrefix = '{idv}';

/** A capture's id as this service makes them; see the API's `newCaptureId`. */
export const captureId = z.string().regex(/^cap_[0-9a-f]{32}$/);

/** When a capture was accepted (epoch ms), which its id begins with; null for an id that this service never made. */
export function acceptedAtOf(id: string): number | null {
  const [, ms] = /^cap_([0-9a-f]{12})7[0-9a-f]{19}$/.exec(id) ?? [];
  return ms === undefined ? null : Number.parseInt(ms, 16);
}

/**
 * What travels through the queue: a pointer. The capture record holds everything else, so that a job can be lost,
 * repeated or made again without losing or revealing anything.
 */
export const captureJob = z.strictObject({
  v: z.literal(1),
  captureId,
  /** Names the redrive that made this job; absent from a capture's first one. */
  nonce: z.string().max(64).optional(),
});
export type CaptureJob = z.infer<typeof captureJob>;

/** What a job is made from; the record has it. */
export interface QueuedCapture {
  readonly id: string;
  readonly lane: Lane;
  readonly redriveNonce?: string | undefined;
}

/** BullMQ takes jobs without a priority first, then by ascending number. */
const priorityOf: Readonly<Record<Lane, { readonly priority?: number }>> = { interactive: {}, bulk: { priority: 10 } };

/**
 * The job of a capture, as BullMQ's `add` takes it. Making it again yields the same job id, the capture's, which BullMQ
 * ignores while the first one is kept.
 */
export function toCaptureJob({ id, lane, redriveNonce: nonce }: QueuedCapture) {
  const data: CaptureJob = { v: 1, captureId: id, ...(nonce ? { nonce } : {}) };
  return { name: 'capture', data, opts: { jobId: id, ...priorityOf[lane] } } as const;
}
