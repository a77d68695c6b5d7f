import type { z } from 'zod';
import { businessRequestEventType, businessRequestStatusChanged } from './business-request-event.ts';
import { eventVersions } from './event-versions.ts';
import { identityCaptured, identityFailed, identityVerified, outcomeEventTypes } from './identity-event.ts';
import { identityRedacted, redactedEventType } from './redacted-event.ts';

/** Every event that this service publishes. The topic of an event is its type. */
export const eventTypes = [...outcomeEventTypes, redactedEventType, businessRequestEventType] as const;
export type EventType = (typeof eventTypes)[number];

interface EventContract {
  readonly version: number;
  readonly summary: string;
  /** The value of the Kafka record. */
  readonly data: z.ZodObject;
}

const carried: Readonly<Record<EventType, Omit<EventContract, 'version'>>> = {
  'identity.verified': {
    summary: 'The person is who the document says: no error, process complete, identity confirmed, every check passed.',
    data: identityVerified,
  },
  'identity.captured': {
    summary: 'All images passed before login; link the transaction to its user to verify the person.',
    data: identityCaptured,
  },
  'identity.failed': {
    summary: 'The capture ended without a verified person; the reason says why and whether to capture again.',
    data: identityFailed,
  },
  'identity.redacted': {
    summary: 'The capture was erased on request: forget what you keep of it, and what may still reach you about it.',
    data: identityRedacted,
  },
  'business_request.status_changed': {
    summary: 'The provider says that a business request (a contract) has a new status.',
    data: businessRequestStatusChanged,
  },
};

/** What each event type carries, and under which version. */
export const eventContracts = Object.fromEntries(
  eventTypes.map((type) => [type, { version: eventVersions[type], ...carried[type] }]),
) as Readonly<Record<EventType, EventContract>>;
