import type { IdentityEvent } from '@identity-events/shared/contracts/identity-event';
import { reasons } from '@identity-events/shared/contracts/reasons';
import type { CaptureRecord } from '@identity-events/shared/store/capture-record';
import type { Decision } from './decide-outcome.ts';

type Decided = Pick<
  CaptureRecord,
  'id' | 'tenant' | 'subject' | 'kind' | 'transactionId' | 'createdAt' | 'traceparent'
>;

/** The event that announces a decision. Pure: the same capture and decision yield the same `id`, whoever makes it. */
export function toIdentityEvent(capture: Decided, decision: Decision, decidedAt: number): IdentityEvent {
  const time = new Date(decidedAt).toISOString();
  return {
    specversion: '1.0',
    id: `${capture.id}.outcome`,
    source: `/identity-events/${capture.tenant}`,
    type: `identity.${decision.outcome}`,
    time,
    subject: capture.subject,
    datacontenttype: 'application/json',
    partitionkey: `${capture.tenant}:${capture.subject}`,
    ...(capture.traceparent ? { traceparent: capture.traceparent } : {}),
    data: {
      ...outcomeOf(decision),
      captureId: capture.id,
      tenant: capture.tenant,
      subject: capture.subject,
      kind: capture.kind,
      transactionId: capture.transactionId,
      checks: decision.checks,
      acceptedAt: new Date(capture.createdAt).toISOString(),
      decidedAt: time,
    },
  };
}

function outcomeOf(decision: Decision) {
  if (decision.outcome !== 'failed') return { outcome: decision.outcome } as const;
  const { category, recapture } = reasons[decision.reason];
  return {
    outcome: 'failed',
    reason: { code: decision.reason, category, recapture, providerCode: decision.providerCode },
  } as const;
}
