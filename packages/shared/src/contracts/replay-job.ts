import { z } from 'zod';
import { captureId } from './capture-job.ts';
import { outcomeEventTypes } from './identity-event.ts';
import { replayLimits, replaySkips } from './replay-view.ts';
import { topicName } from './topic-name.ts';

/** The BullMQ queue that carries replays from the API to the workers. */
export const replayQueueName = 'replays';

const epochMs = z.number().int();

/**
 * A replay on its way. It names no person: the API looks their captures up. Either `captureIds`, in order of acceptance, or what the
 * others say.
 */
export const replayJob = z.strictObject({
  v: z.literal(1),
  replayId: z.string().regex(/^rpl_[0-9a-f]{32}$/),
  tenant: z.string().min(1),
  captureIds: z.array(captureId).max(replayLimits.idsMax).optional(),
  types: z.array(z.enum(outcomeEventTypes)).optional(),
  createdFrom: epochMs.optional(),
  createdBefore: epochMs.optional(),
  topic: topicName.optional(),
  limit: z.number().int(),
  perSecond: z.number().int(),
  dryRun: z.boolean(),
  force: z.boolean(),
  createdAt: epochMs,
  /** Set when somebody wants it to end. */
  cancelled: z.literal(true).optional(),
});
export type ReplayJob = z.infer<typeof replayJob>;

/** How far a replay is: kept after each batch, so that whoever takes it up next goes on behind it. */
export const replayProgress = z.object({
  /** The last capture that was looked at. */
  cursor: captureId.optional(),
  byType: z.partialRecord(z.enum(outcomeEventTypes), z.number().int()),
  skipped: z.partialRecord(z.enum(replaySkips), z.number().int()),
  limitReached: z.boolean(),
});
export type ReplayProgress = z.infer<typeof replayProgress>;
export type ReplaySkip = (typeof replaySkips)[number];

/** Of a replay that has not begun. */
export const nothingReplayed: ReplayProgress = { byType: {}, skipped: {}, limitReached: false };

/** Reads what BullMQ keeps as a job's progress, which is 0 before the first. What can't be read begins anew: repeating is harmless. */
export function readProgress(stored: unknown): ReplayProgress {
  return replayProgress.safeParse(stored, { reportInput: false }).data ?? nothingReplayed;
}

/** Events of a replay so far. */
export function replayedOf({ byType }: ReplayProgress): number {
  return Object.values(byType).reduce((sum, count) => sum + count, 0);
}

/** How a job ends that does not fail. */
export const replayEnd = z.enum(['completed', 'cancelled']);
export type ReplayEnd = z.infer<typeof replayEnd>;
