import type { z } from 'zod';
import { businessRequestStatusChanged } from '#contracts/business-request-event';
import { type CloudEvent } from '#contracts/cloud-event';
import { identityCaptured, identityVerified } from '#contracts/identity-event';
import { identityRedacted } from '#contracts/redacted-event';
import { identityFailed } from '../open-contracts.ts';

/** How the data of each type of event is read. `event-types.test.ts` holds the list to the contracts. */
export const dataReaders = {
  'identity.verified': identityVerified,
  'identity.captured': identityCaptured,
  'identity.failed': identityFailed,
  'identity.redacted': identityRedacted,
  'business_request.status_changed': businessRequestStatusChanged,
} as const;

export type IdentityEventType = keyof typeof dataReaders;

/** An event of one type: a CloudEvent with its data checked. */
export type IdentityEventOf<T extends IdentityEventType> = {
  [K in T]: Omit<CloudEvent, 'type' | 'data'> & { readonly type: K; readonly data: z.output<(typeof dataReaders)[K]> };
}[T];
export type IdentityEvent = IdentityEventOf<IdentityEventType>;

/** True for a type that this version can read. */
export function isIdentityEventType(type: unknown): type is IdentityEventType {
  return typeof type === 'string' && Object.hasOwn(dataReaders, type);
}
