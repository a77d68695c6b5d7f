import type { z } from 'zod';
import { identityCaptured, identityFailed, identityVerified, type OutcomeEventType } from './identity-event.ts';

interface EventContract {
  /** Raised by a change that breaks a reader, and by nothing else. */
  readonly version: number;
  readonly summary: string;
  /** The value of the Kafka record. */
  readonly data: z.ZodObject;
}

/** What each event type carries, and under which version. */
export const eventContracts: Readonly<Record<OutcomeEventType, EventContract>> = {
  'identity.verified': {
    version: 1,
    summary: 'The person is who the document says: no error, process complete, identity confirmed, every check passed.',
    data: identityVerified,
  },
  'identity.captured': {
    version: 1,
    summary: 'All images passed before login; link the transaction to its user to verify the person.',
    data: identityCaptured,
  },
  'identity.failed': {
    version: 1,
    summary: 'The capture ended without a verified person; the reason says why and whether to capture again.',
    data: identityFailed,
  },
};

/** File name of the JSON Schema of an event type in one version. */
export function eventSchemaName(type: string, version: number): string {
  return `${type}.v${version}.schema.json`;
}
