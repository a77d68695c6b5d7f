import { failedBy } from '@identity-events/shared/contracts/decision';
import { toRedactedEvent } from '@identity-events/shared/contracts/redacted-event';
import { toIdentityEvent } from '@identity-events/shared/contracts/to-identity-event';
import { Kafka, type CloudEvent as TheirEvent } from 'cloudevents';
import { expect, it } from 'vitest';
import { toKafkaMessage } from './to-kafka-message.ts';

const capture = {
  id: 'cap_1',
  tenant: 'demo',
  subject: 'user-1',
  kind: 'link',
  transactionId: 't-1',
  createdAt: 0,
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
} as const;
const failed = failedBy('aml_match', 6001);

it.each([
  toIdentityEvent(capture, { outcome: 'verified', checks: failed.checks }, 1_000),
  toIdentityEvent(capture, failed, 1_000),
  toRedactedEvent(capture, 1_000),
])('the official SDK reads the same $type that we sent', (event) => {
  const address = 'https://example.com';
  const { key, value, headers } = toKafkaMessage(event, { publicUrl: address });
  // It takes headers as text, while kafkajs gives them as bytes.
  const message = { key, value, headers, body: value };
  const read = Kafka.toEvent(message) as TheirEvent;
  expect(read.validate()).toBe(true);
  expect(JSON.parse(JSON.stringify(read))).toEqual({ ...event, dataschema: `${address}${event.dataschema}` });
});
