import type { CaptureKind } from './capture.ts';
import type { Decision } from './decision.ts';
import { eventSchemaPath } from './event-versions.ts';
import type { IdentityEvent, OutcomeData } from './identity-event.ts';
import { reasons } from './reasons.ts';

/** What an event tells of its capture. */
export interface DecidedCapture {
  readonly id: string;
  readonly tenant: string;
  readonly subject: string;
  readonly kind: CaptureKind;
  readonly transactionId: string;
  /** Epoch ms. */
  readonly createdAt: number;
  readonly traceparent?: string | undefined;
}

/** The event that announces a decision. Pure: the same capture and decision yield the same `id`, whoever makes it. */
export function toIdentityEvent(capture: DecidedCapture, decision: Decision, decidedAt: number): IdentityEvent {
  return announce(toOutcomeData(capture, decision, decidedAt), capture.traceparent);
}

/** What of an outcome stands outside its data, in the event around it. */
type Announced = Pick<OutcomeData, 'outcome' | 'captureId' | 'tenant' | 'subject' | 'decidedAt'>;

/** The event around an outcome. Pure: what the record keeps is enough to make a lost event again. */
export function announce<D extends Announced>(
  data: D,
  traceparent?: string,
): Omit<IdentityEvent, 'data'> & { readonly data: D } {
  const type = `identity.${data.outcome}` as const;
  return {
    specversion: '1.0',
    id: `${data.captureId}.outcome`,
    source: `/identity-events/${data.tenant}`,
    type,
    time: data.decidedAt,
    subject: data.subject,
    datacontenttype: 'application/json',
    dataschema: eventSchemaPath(type),
    partitionkey: `${data.tenant}:${data.subject}`,
    ...(traceparent ? { traceparent } : {}),
    data,
  };
}

function toOutcomeData(capture: DecidedCapture, decision: Decision, decidedAt: number): OutcomeData {
  return {
    ...outcomeOf(decision),
    captureId: capture.id,
    tenant: capture.tenant,
    subject: capture.subject,
    kind: capture.kind,
    transactionId: capture.transactionId,
    checks: decision.checks,
    acceptedAt: new Date(capture.createdAt).toISOString(),
    decidedAt: new Date(decidedAt).toISOString(),
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
