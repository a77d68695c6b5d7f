import { z } from 'zod';
import { subject } from './capture.ts';
import { captureId } from './capture-job.ts';
import { outcomeEventTypes } from './identity-event.ts';
import { moment } from './moment.ts';
import { topicName } from './topic-name.ts';

/** Limits of a replay. */
export const replayLimits = {
  idsMax: 1_000,
  count: 10_000,
  countMax: 1_000_000,
  perSecond: 100,
  perSecondMax: 1_000,
  /** How long one may take, in ms. */
  runMsMax: 86_400_000,
  /** How long it can be read after its end, in ms. */
  keptMs: 7 * 86_400_000,
};
const { idsMax, count, countMax, perSecond, perSecondMax, runMsMax } = replayLimits;

const filter = z.strictObject({
  subject: subject.optional().meta({ description: 'Only those of this person, by your own id.' }),
  types: z
    .array(z.enum(outcomeEventTypes))
    .min(1)
    .max(outcomeEventTypes.length)
    .optional()
    .meta({ description: 'Only these types.' }),
  createdAfter: moment.optional().meta({ description: 'Only captures accepted at this time or later.' }),
  createdBefore: moment.optional().meta({ description: 'Only captures accepted before this time.' }),
});
export type ReplayFilter = z.infer<typeof filter>;

/** Which outcomes are published again, where, and how fast. */
export const replayRequest = z
  .strictObject({
    captureIds: z.array(captureId).min(1).max(idsMax).optional().meta({ description: 'The outcomes of these.' }),
    filter: filter.optional().meta({ description: 'Those of the captures that pass, up to `limit`; `{}`: of all.' }),
    topic: topicName.optional().meta({
      description: 'Where to: one that the operator of this service allows. Without it each goes to its own.',
    }),
    limit: z.number().int().min(1).max(countMax).default(count).meta({ description: 'Events at most.' }),
    perSecond: z
      .number()
      .int()
      .min(1)
      .max(perSecondMax)
      .default(perSecond)
      .meta({ description: 'Events a second at most.' }),
    dryRun: z.boolean().default(false).meta({ description: 'Count what would be published, and publish nothing.' }),
    force: z.boolean().default(false).meta({ description: 'Also events that were replayed too often.' }),
  })
  .refine((asked) => (asked.captureIds === undefined) !== (asked.filter === undefined), {
    error: 'must be there, or else filter: one of the two',
    path: ['captureIds'],
  })
  .refine((asked) => (asked.captureIds?.length ?? asked.limit) / asked.perSecond <= runMsMax / 1_000, {
    error: 'must let the replay end within a day: fewer events, or more a second',
    path: ['perSecond'],
  })
  .meta({ id: 'StartReplay' });
export type ReplayRequest = z.infer<typeof replayRequest>;

export const replayStatuses = ['queued', 'running', 'cancelling', 'completed', 'cancelled', 'failed'] as const;

/** Why an outcome was not published again. */
export const replaySkips = [
  'not_found',
  'erased',
  'unreadable',
  'not_published',
  'published_since',
  'too_often',
] as const;

const time = (description: string) => z.iso.datetime().meta({ description });

/** Where a replay stands. */
export const replayView = z
  .object({
    id: z.string().meta({ description: 'Each record of the replay carries it in its header `replay_id`.' }),
    status: z
      .enum(replayStatuses)
      .meta({ description: '`cancelling`: it ends with the batch under way. The last three are final.' }),
    why: z
      .string()
      .optional()
      .meta({ description: 'Of a failed one: stable code, such as `too_long`, `topic_not_allowed` or `bug`.' }),
    topic: z.string().nullable().meta({ description: 'Where to; null: each event to its own topic.' }),
    limit: z.number().int(),
    perSecond: z.number().int(),
    dryRun: z.boolean().meta({ description: 'Then what is counted would be published, and nothing is.' }),
    force: z.boolean(),
    createdAt: time('When it was asked for. What was published later is no part of it.'),
    endedAt: time('When it ended.').optional(),
    replayed: z.number().int().meta({ description: 'Events published so far.' }),
    byType: z.record(z.string(), z.number().int()).meta({ description: 'The same by type.' }),
    skipped: z.record(z.string(), z.number().int()).meta({
      description:
        'Captures of the selection without an event for it, by reason: `not_found` (also those that have run out), `erased`, ' +
        '`unreadable`, `not_published` (yet), `published_since` the replay was asked for, replayed `too_often`.',
    }),
    limitReached: z.boolean().meta({ description: 'True when it ended at its limit, so that there may be more.' }),
    links: z.object({ self: z.string() }),
  })
  .meta({ id: 'Replay', description: 'Past outcomes on their way to subscribers again, the oldest captures first.' });
export type ReplayView = z.infer<typeof replayView>;
