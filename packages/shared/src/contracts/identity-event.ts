import { z } from 'zod';
import { captureKinds } from './capture.ts';
import { cloudEvent } from './cloud-event.ts';
import { openEnum } from './open-enum.ts';
import { reasonCategories, reasonCodes } from './reasons.ts';

/** The events that end a capture. The topic of an event is its type. */
export const outcomeEventTypes = ['identity.verified', 'identity.captured', 'identity.failed'] as const;

/** The checks behind an outcome. `not_run`: the provider did not report it. */
export const checkNames = [
  'document_genuine',
  'document_valid',
  'face_match',
  'liveness',
  'aml',
  'source',
  'process_completed',
  'identity_confirmed',
] as const;
export type CheckName = (typeof checkNames)[number];
export const checkResults = ['passed', 'failed', 'not_run'] as const;
export type CheckResult = (typeof checkResults)[number];

/** Every check by its name. */
export const checks = z
  .object(
    Object.fromEntries(checkNames.map((name) => [name, z.enum(checkResults)])) as Record<
      CheckName,
      z.ZodEnum<{ [R in CheckResult]: R }>
    >,
  )
  .meta({ description: 'The checks behind the outcome. `not_run`: the provider did not report it.' });
export type Checks = z.infer<typeof checks>;

const common = {
  captureId: z.string().meta({ description: 'The id of the capture.' }),
  tenant: z.string().meta({ description: 'Whose capture it is.' }),
  subject: z.string().meta({ description: 'Your own id of the person, as submitted.' }),
  kind: z.enum(captureKinds).meta({ description: 'What was submitted.' }),
  transactionId: z.string().nullable().meta({ description: "The provider's transaction; null when none was reached." }),
  checks,
  acceptedAt: z.iso.datetime().meta({ description: 'When the capture was accepted.' }),
  decidedAt: z.iso.datetime().meta({ description: 'When the outcome was decided.' }),
};

/** Data of `identity.verified`: no error, process complete, identity confirmed, every reported check passed. */
export const identityVerified = z.object({ outcome: z.literal('verified'), ...common });

/** Data of `identity.captured`: all images passed, before login; `link` the transaction to its user to verify the person. */
export const identityCaptured = z.object({ outcome: z.literal('captured'), ...common, transactionId: z.string() });

/** Why it failed. */
export const reason = z
  .object({
    code: z.enum(reasonCodes).meta({ ...openEnum, description: 'Open to additions: treat others by their category.' }),
    category: z.enum(reasonCategories).meta({ description: 'The group of the reason.' }),
    recapture: z.boolean().meta({ description: 'Whether the person should capture again.' }),
    providerCode: z.number().int().nullable().meta({ description: "The provider's own error code, if it gave one." }),
  })
  .meta({ description: 'Why it failed.' });
export type Reason = z.infer<typeof reason>;

/** Data of `identity.failed`. */
export const identityFailed = z.object({ outcome: z.literal('failed'), ...common, reason });

export const outcomeData = z.discriminatedUnion('outcome', [identityVerified, identityCaptured, identityFailed]);
export type OutcomeData = z.infer<typeof outcomeData>;

/** The event that ends a capture, as it goes to Kafka. */
export const identityEvent = cloudEvent.extend({ type: z.enum(outcomeEventTypes), data: outcomeData });
export type IdentityEvent = z.infer<typeof identityEvent>;
