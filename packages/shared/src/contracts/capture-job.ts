import { z } from 'zod';

/** The BullMQ queue that carries captures from the API to the workers. */
export const captureQueueName = 'captures';

/** Prefix of every key this service owns in Redis. The braces keep them in one slot of a Redis Cluster. */
export const redisPrefix = '{idv}';

/**
 * What travels through the queue: a pointer. The capture record holds everything else, so that a job can be lost,
 * repeated or made again without losing or revealing anything.
 */
export const captureJob = z.strictObject({
  v: z.literal(1),
  captureId: z.string().regex(/^cap_[0-9a-f]{32}$/),
});
export type CaptureJob = z.infer<typeof captureJob>;

/** The job of a capture. Making it again yields the same id, which BullMQ ignores while the first one is kept. */
export function toCaptureJob(captureId: string): { id: string; data: CaptureJob } {
  return { id: captureId, data: { v: 1, captureId } };
}
