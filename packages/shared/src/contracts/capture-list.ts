import { z } from 'zod';
import { captureKinds, captureStatuses, subject } from './capture.ts';
import { type CaptureView, captureView } from './capture-view.ts';
import { moment } from './moment.ts';

/** How many captures a page may hold. */
export const pageLimits = { default: 20, max: 100 } as const;

/** Which captures are listed, and from where on. */
export const captureListQuery = z.strictObject({
  status: z
    .enum(captureStatuses, `must be given once: one of ${captureStatuses.join(', ')}`)
    .optional()
    .meta({ description: 'Only captures that stand here when the page is read.' }),
  subject: subject.optional().meta({ description: 'Only captures of this person, by your own id.' }),
  kind: z
    .enum(captureKinds, `must be given once: one of ${captureKinds.join(', ')}`)
    .optional()
    .meta({ description: 'Only captures of this kind.' }),
  createdAfter: moment.optional().meta({ description: 'Only captures accepted at this time or later.' }),
  createdBefore: moment.optional().meta({ description: 'Only captures accepted before this time.' }),
  limit: z
    .string()
    .regex(/^[1-9]\d{0,2}$/, `must be a whole number from 1 to ${pageLimits.max}`)
    .transform(Number)
    .pipe(z.number().max(pageLimits.max, `must be at most ${pageLimits.max}`))
    .default(pageLimits.default)
    .meta({ description: `Captures a page may hold: 1 to ${pageLimits.max}.` }),
  cursor: z
    .string()
    .regex(/^[A-Za-z0-9_-]{48}$/, 'must be the nextCursor of another page')
    .optional()
    .meta({ description: 'The `nextCursor` of the page before, with the same filters. Without it: from the newest.' }),
});
export type CaptureListQuery = z.infer<typeof captureListQuery>;

/** A page of captures. */
export const captureListView = z
  .object({
    captures: z.array(captureView),
    nextCursor: z.string().optional().meta({ description: 'Absent on the last page; otherwise opaque.' }),
    links: z.object({
      next: z.string().optional().meta({ description: 'Path of the next page. Absent on the last one.' }),
    }),
  })
  .meta({
    id: 'CaptureList',
    description: 'A page of captures, the latest accepted first. There are more as long as it names a next page.',
  });
export type CaptureListView = Omit<z.infer<typeof captureListView>, 'captures'> & {
  readonly captures: readonly CaptureView[];
};
