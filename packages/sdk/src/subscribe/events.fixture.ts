import { failedBy } from '@identity-events/shared/contracts/decision';
import { toIdentityEvent } from '@identity-events/shared/contracts/to-identity-event';
import type { CloudEvent } from '#contracts/cloud-event';
import type { KafkaRecord } from './kafka-record.ts';

/** An event as the service publishes it: `verified`, or `failed` because the document has expired. */
export function madeEvent(id: string, { subject = 'customer-77', outcome = 'verified' } = {}) {
  const capture = { id, tenant: 'demo', subject, kind: 'link', transactionId: 't-1', createdAt: 0 } as const;
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  const failed = failedBy('document_expired', 5021);
  const decision = outcome === 'failed' ? failed : ({ outcome: 'verified', checks: failed.checks } as const);
  const event = toIdentityEvent({ ...capture, traceparent }, decision, 1_000);
  return { ...event, dataschema: `https://example.com${event.dataschema}` } satisfies CloudEvent;
}

/** An event as the value, key and headers of a record in binary mode. */
export function toMessage({ data, datacontenttype, ...attributes }: CloudEvent, own: Record<string, string> = {}) {
  const prefixed = Object.entries(attributes).map(([name, value]) => [`ce_${name}`, String(value)]);
  const headers: Record<string, string> = { ...Object.fromEntries(prefixed), 'content-type': datacontenttype, ...own };
  return { key: attributes.partitionkey, value: JSON.stringify(data), headers };
}

/** A message as Kafka gives it back. */
export function toRecord(message: ReturnType<typeof toMessage>, place: Partial<KafkaRecord> = {}): KafkaRecord {
  const headers = Object.fromEntries(
    Object.entries(message.headers).map(([name, value]) => [name, Buffer.from(value)]),
  );
  const where = { topic: 'identity.verified', partition: 1, offset: '7', timestamp: '1000' };
  return { ...where, key: Buffer.from(message.key), value: Buffer.from(message.value), headers, ...place };
}
