import { z } from 'zod';
import { captureKinds, captureStatuses, lanes } from './capture.ts';
import { captureId } from './capture-job.ts';
import { moment } from './moment.ts';

/** Limits of what one call may do: it ends within half a minute, and another one goes on. */
export const deadLetterLimits = {
  page: 20,
  pageMax: 100,
  count: 100,
  countMax: 1_000,
  perSecondMax: 100,
  secondsMax: 30,
};

const time = (description: string) => z.iso.datetime().meta({ description });
const word = z.string().regex(/^[a-z][a-z0-9_]{0,63}$/, 'must be a code such as bug or image_missing');

/** A job that a fault of the pipeline ended, with the capture that waits behind it. */
export const deadLetterView = z
  .object({
    captureId: z.string(),
    cause: z
      .string()
      .meta({ description: 'Stable code, such as `bug`, `poison` or `image_missing`. May be a new one.' }),
    failedAt: time('When the job died.'),
    queuedAt: time('When the job was made.'),
    starts: z.number().int().meta({ description: 'Times a worker started it.' }),
    stalls: z.number().int().meta({ description: 'Times its worker died with it.' }),
    record: z.enum(['readable', 'missing', 'unreadable']).meta({
      description:
        '`missing`: the capture was erased or has run out. `unreadable`: it is damaged, or another version wrote it.',
    }),
    capture: z
      .object({
        kind: z.enum(captureKinds),
        lane: z.enum(lanes),
        status: z.enum(captureStatuses),
        createdAt: time('When the capture was accepted.'),
        expiresAt: time('When it ends as `capture_expired`, if nobody does anything.'),
        failedCalls: z.number().int().meta({ description: 'Provider calls that failed in a way that may pass.' }),
        redrives: z.number().int().meta({ description: 'New attempts that it got as a dead letter.' }),
        redrivenAt: time('When it got the last of them.').optional(),
        steps: z
          .array(z.object({ name: z.string(), finishedAt: time('When its answer was stored.') }))
          .meta({ description: 'Provider calls that are done and will not be repeated.' }),
      })
      .optional()
      .meta({ description: 'Absent unless the record is readable.' }),
  })
  .meta({
    id: 'DeadLetter',
    description: 'A capture whose job a fault of this service ended. Nothing in it is personal.',
  });
export type DeadLetterView = z.infer<typeof deadLetterView>;

const filter = {
  cause: word.optional().meta({ description: 'Only those with this cause.' }),
  kind: z.enum(captureKinds).optional().meta({ description: 'Only captures of this kind.' }),
  failedAfter: moment.optional().meta({ description: 'Only those that died after this time.' }),
  failedBefore: moment.optional().meta({ description: 'Only those that died before this time.' }),
};

export const deadLetterListQuery = z.strictObject({
  ...filter,
  limit: z
    .string()
    .regex(/^[1-9]\d{0,2}$/, `must be a whole number from 1 to ${deadLetterLimits.pageMax}`)
    .transform(Number)
    .pipe(z.number().max(deadLetterLimits.pageMax, `must be at most ${deadLetterLimits.pageMax}`))
    .default(deadLetterLimits.page)
    .meta({ description: `Letters a page may hold: 1 to ${deadLetterLimits.pageMax}.` }),
  cursor: z
    .string()
    .regex(/^\d{1,9}$/, 'must be the nextCursor of another page')
    .transform(Number)
    .optional()
    .meta({ description: 'The `nextCursor` of the page before, with the same filters. Without it: from the oldest.' }),
});

export const deadLetterListView = z
  .object({
    deadLetters: z.array(deadLetterView),
    nextCursor: z.string().optional().meta({ description: 'Absent on the last page; otherwise opaque.' }),
    links: z.object({ next: z.string().optional().meta({ description: 'Path of the next page.' }) }),
  })
  .meta({
    id: 'DeadLetterList',
    description: 'A page of dead letters, the oldest first. Letters that leave the row move those behind them.',
  });
export type DeadLetterListView = z.infer<typeof deadLetterListView>;

const { countMax, perSecondMax, secondsMax } = deadLetterLimits;

const selection = {
  captureIds: z.array(captureId).min(1).max(countMax).optional().meta({ description: 'These, in this order.' }),
  filter: z.strictObject(filter).optional().meta({ description: 'The oldest that pass, up to `limit`; `{}`: all.' }),
  limit: z.number().int().min(1).max(countMax).default(deadLetterLimits.count),
  perSecond: z.number().int().min(1).max(perSecondMax).default(perSecondMax).meta({ description: 'Letters a second.' }),
  dryRun: z.boolean().default(false).meta({ description: 'Say what would happen, and change nothing.' }),
};

interface Selection {
  readonly captureIds?: readonly string[] | undefined;
  readonly filter?: object | undefined;
  readonly limit: number;
  readonly perSecond: number;
}

const isOne = ({ captureIds, filter: chosen }: Selection): boolean =>
  (captureIds === undefined) !== (chosen === undefined);
const oneOfBoth = { error: 'must be there, or else filter: one of the two', path: ['captureIds'] };
const isQuick = ({ captureIds, limit, perSecond }: Selection): boolean =>
  (captureIds?.length ?? limit) / perSecond <= secondsMax;
const quick = {
  error: `must let the call end within ${secondsMax} seconds: fewer letters, or more a second`,
  path: ['perSecond'],
};

export const redriveRequest = z
  .strictObject({
    ...selection,
    force: z.boolean().default(false).meta({ description: 'Also captures that were redriven too often.' }),
  })
  .refine(isOne, oneOfBoth)
  .refine(isQuick, quick)
  .meta({ id: 'RedriveDeadLetters' });
export type RedriveRequest = z.infer<typeof redriveRequest>;

export const abandonRequest = z
  .strictObject({
    ...selection,
    force: z.boolean().default(false).meta({
      description: 'Also captures of which too little can be read to tell anybody: they are erased, without an event.',
    }),
  })
  .refine(isOne, oneOfBoth)
  .refine(isQuick, quick)
  .meta({ id: 'AbandonDeadLetters' });
export type AbandonRequest = z.infer<typeof abandonRequest>;

const refusals = ['not_dead', 'missing', 'unreadable', 'ended', 'too_often'] as const;
const results = [
  'redriven',
  'would_redrive',
  'abandoned',
  'would_abandon',
  'dismissed',
  'would_dismiss',
  'erased',
  'would_erase',
  'refused',
] as const;

/** What became of each letter of a selection. */
export const deadLetterResults = z
  .object({
    dryRun: z.boolean(),
    results: z.array(
      z.object({
        captureId: z.string(),
        result: z.enum(results).meta({
          description:
            '`dismissed`: its capture had ended before, only the letter went. `erased`: too little of it could be read for an event.',
        }),
        why: z.enum(refusals).optional().meta({
          description:
            'Of a refused one. `not_dead`: it is no dead letter, or not of this tenant. `unreadable`: another version wrote it, or too little of it can be read to tell anybody: only `force` abandons it.',
        }),
      }),
    ),
    counts: z.record(z.string(), z.number().int()).meta({ description: 'How many of each result there are.' }),
    complete: z.boolean().meta({ description: 'False when the service stopped before all of the selection was done.' }),
  })
  .meta({ id: 'DeadLetterResults', description: 'What became of each letter of the selection.' });
export type DeadLetterResults = z.infer<typeof deadLetterResults>;
