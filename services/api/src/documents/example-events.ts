import { toBusinessRequestEvent } from '@identity-events/shared/contracts/business-request-event';
import type { EventType } from '@identity-events/shared/contracts/event-contracts';
import { type Checks, checkNames } from '@identity-events/shared/contracts/identity-event';
import { toRedactedEvent } from '@identity-events/shared/contracts/redacted-event';
import { type DecidedCapture, toIdentityEvent } from '@identity-events/shared/contracts/to-identity-event';

const capture: DecidedCapture = {
  id: 'cap_0190f3a2b4c57d8e9f00112233445566',
  tenant: 'demo',
  subject: 'customer-77',
  kind: 'national_id',
  transactionId: '3f2504e0-4f89-41d3-9a0c-0305e82c3301',
  createdAt: Date.UTC(2026, 0, 2, 3, 4, 5),
};
const decidedAt = capture.createdAt + 9_000;
const passed = Object.fromEntries(checkNames.map((name) => [name, 'passed'])) as Checks;

/** One event of each type, made as the worker makes them. */
export const exampleEvents = {
  'identity.verified': toIdentityEvent(capture, { outcome: 'verified', checks: passed }, decidedAt),
  'identity.captured': toIdentityEvent(
    { ...capture, kind: 'national_id_ocr' },
    { outcome: 'captured', checks: { ...passed, identity_confirmed: 'not_run' } },
    decidedAt,
  ),
  'identity.failed': toIdentityEvent(
    capture,
    {
      outcome: 'failed',
      checks: { ...passed, face_match: 'failed', identity_confirmed: 'not_run' },
      reason: 'face_mismatch',
      providerCode: null,
    },
    decidedAt,
  ),
  'identity.redacted': toRedactedEvent(capture, decidedAt + 86_400_000),
  'business_request.status_changed': toBusinessRequestEvent({
    tenant: 'demo',
    businessRequestId: '7d444840-9dc0-4d2f-9a6b-5f1c0c3d2e1a',
    status: 'PendingApproval',
    notificationId: '9b2d4c1e-0f5a-4b7e-8c3d-2a1b0c9d8e7f',
    notifiedAt: new Date(decidedAt).toISOString(),
    receivedAt: new Date(decidedAt + 400).toISOString(),
  }),
} as const satisfies Record<EventType, unknown>;
