import { z } from 'zod';
import { subject } from './capture.ts';

/** The person in the path of what concerns all of their captures. */
export const subjectPath = z.object({ subject });

/** How far the erasure of a person has come. */
export const subjectErasureView = z
  .object({
    erased: z.number().int().meta({ description: 'Captures that this request erased; up to 100.' }),
    remaining: z.number().int().meta({ description: 'Captures that are left: repeat the request until it is 0.' }),
  })
  .meta({ id: 'SubjectErasure', description: 'How far the erasure of a person has come.' });
export type SubjectErasureView = z.infer<typeof subjectErasureView>;
