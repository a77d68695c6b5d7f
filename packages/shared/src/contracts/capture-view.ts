import { z } from 'zod';
import { captureKinds, captureStatuses, lanes } from './capture.ts';
import { checks, type Reason, reason } from './identity-event.ts';

const id = z.string().meta({ description: 'The id of the capture.', example: 'cap_0190f3a2b4c57d8e9f00112233445566' });
const time = (description: string) => z.iso.datetime().meta({ description });

const common = {
  id,
  kind: z.enum(captureKinds).meta({ description: 'What was submitted.' }),
  subject: z.string().meta({ description: 'Your own id of the person, as submitted.', example: 'customer-77' }),
  createdAt: time('When the capture was accepted.'),
  expectedBy: time('When its outcome could be expected, as of its acceptance.'),
  expiresAt: time('When it ends as failed (`capture_expired`) if it has no outcome before.'),
  links: z.object({ self: z.string().meta({ description: 'Path of the capture.' }) }),
};

/** The answer to an accepted capture: the same for every repetition of the request. */
export const acceptedView = z
  .object({ ...common, status: z.literal('queued') })
  .meta({ id: 'AcceptedCapture', description: 'The capture is stored and will have an outcome.' });
export type AcceptedView = z.infer<typeof acceptedView>;

const stepView = z.object({
  name: z.string().meta({ description: 'Which provider call it was. Names may be added.', example: 'front' }),
  finishedAt: time('When its answer was stored.'),
  durationMs: z.number().meta({ description: 'How long the call took, in milliseconds.' }),
});

const eventPlace = z
  .object({
    topic: z.string(),
    partition: z.number().int(),
    offset: z.string().meta({ description: 'A whole number that may exceed 53 bits.' }),
    at: time('When Kafka had accepted it.'),
  })
  .meta({ description: 'Where the event stands in Kafka.' });

/** Where a capture stands, without anything personal. */
export const captureView = z
  .object({
    ...common,
    lane: z.enum(lanes),
    status: z.enum(captureStatuses).meta({
      description: '`queued` and `processing` move on by themselves; the others are final.',
    }),
    transactionId: z.string().meta({ description: "The provider's transaction." }),
    steps: z.array(stepView).meta({ description: 'Finished provider calls, in the order in which they finished.' }),
    decidedAt: time('When the outcome was decided.').optional(),
    checks: checks.optional(),
    reason: reason.optional(),
    event: eventPlace.optional(),
  })
  .meta({ id: 'Capture', description: 'Where a capture stands. Nothing in it is personal.' });
/** Its reason may be one that a newer version wrote. */
export type CaptureView = Omit<z.infer<typeof captureView>, 'reason'> & {
  readonly reason?: (Omit<Reason, 'code'> & { readonly code: string }) | undefined;
};

/** Longest wait for an outcome that a request may ask for, in seconds. */
export const waitSecondsMax = 60;

/** How a capture is read. */
export const captureQuery = z.object({
  wait: z
    .string(`must be given once, such as 30s`)
    .regex(/^[1-9]\d?s$/, 'must be whole seconds, such as 30s')
    .transform((text) => Number.parseInt(text, 10) * 1_000)
    .pipe(z.number().max(waitSecondsMax * 1_000, `must be at most ${waitSecondsMax}s`))
    .optional()
    .meta({
      description: `Answers once the capture has its outcome, or as it stands after this time: 1s to ${waitSecondsMax}s. Without it: at once.`,
      example: '30s',
    }),
});
