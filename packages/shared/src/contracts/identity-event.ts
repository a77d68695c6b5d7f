import { z } from 'zod';
import { captureKinds } from './capture.ts';
import { cloudEvent } from './cloud-event.ts';
import { reasonCategories, reasonCodes } from './reasons.ts';

/** The events that end a capture. The topic of an event is its type. */
export const outcomeEventTypes = ['identity.verified', 'identity.captured', 'identity.failed'] as const;
export type OutcomeEventType = (typeof outcomeEventTypes)[number];

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

const checks = z.object(
  Object.fromEntries(checkNames.map((name) => [name, z.enum(checkResults)])) as Record<
    CheckName,
    z.ZodEnum<{ [R in CheckResult]: R }>
  >,
);
export type Checks = z.infer<typeof checks>;

const common = {
  captureId: z.string(),
  tenant: z.string(),
  subject: z.string(),
  kind: z.enum(captureKinds),
  /** The provider's transaction; null when none was reached. */
  transactionId: z.string().nullable(),
  checks,
  acceptedAt: z.iso.datetime(),
  decidedAt: z.iso.datetime(),
};

/** Data of `identity.verified`: no error, process complete, identity confirmed, every reported check passed. */
export const identityVerified = z.object({ outcome: z.literal('verified'), ...common });

/** Data of `identity.captured`: all images passed, before login; `link` the transaction to its user to verify the person. */
export const identityCaptured = z.object({ outcome: z.literal('captured'), ...common, transactionId: z.string() });

/** Why it failed. */
export const reason = z.object({
  code: z.enum(reasonCodes),
  category: z.enum(reasonCategories),
  /** Whether the person should capture again. */
  recapture: z.boolean(),
  /** The provider's own error code, where it gave one. */
  providerCode: z.number().int().nullable(),
});
export type Reason = z.infer<typeof reason>;

/** Data of `identity.failed`. */
export const identityFailed = z.object({ outcome: z.literal('failed'), ...common, reason });

export const outcomeData = z.discriminatedUnion('outcome', [identityVerified, identityCaptured, identityFailed]);
export type OutcomeData = z.infer<typeof outcomeData>;

/** The event that ends a capture, as it goes to Kafka. */
export const identityEvent = cloudEvent.extend({ type: z.enum(outcomeEventTypes), data: outcomeData });
export type IdentityEvent = z.infer<typeof identityEvent>;
