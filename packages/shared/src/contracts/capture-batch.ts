import { z } from 'zod';
import { linkFields } from './capture.ts';
import { acceptedView } from './capture-view.ts';
import { problemBodySchema } from './problems.ts';

/** Captures that one batch may hold. */
export const batchMax = 1_000;

/** What a client's key for a capture looks like, in a header or in an item of a batch. */
export const idempotencyKey = z
  .string()
  .regex(/^[\x21-\x7e]{1,255}$/)
  .meta({ description: 'A new one for each capture, such as a UUID; the same one for every repetition of it.' });

/** Many captures in one request, each with its key and the fields of a `link`. */
export const captureBatch = z.strictObject({
  captures: z.array(linkFields.extend({ idempotencyKey })).min(1).max(batchMax),
});

const accepted = z.object({ status: z.literal(202), capture: acceptedView });
const refused = z.object({
  status: z.number().int().min(400).max(599).meta({ description: 'As the same capture alone would be answered.' }),
  problem: problemBodySchema,
});

/** What became of each capture of a batch, in its order. */
export const captureBatchView = z
  .object({ results: z.array(z.union([accepted, refused])) })
  .meta({ id: 'CaptureBatchResult', description: 'What became of each capture, in the order of the request.' });
export type CaptureBatchView = z.infer<typeof captureBatchView>;
