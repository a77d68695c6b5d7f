import { expect, it } from 'vitest';
import { toKafkaMessage } from './to-kafka-message.ts';

const event = {
  specversion: '1.0',
  id: 'cap_1.outcome',
  source: '/identity-events/demo',
  type: 'identity.verified',
  time: '2026-01-02T03:04:05.000Z',
  subject: 'user-1',
  datacontenttype: 'application/json',
  partitionkey: 'demo:user-1',
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  data: { outcome: 'verified' },
} as const;

it('is a CloudEvent in binary mode: attributes in ce_ headers, data alone as the value', () => {
  expect(toKafkaMessage(event)).toEqual({
    key: 'demo:user-1',
    value: '{"outcome":"verified"}',
    headers: {
      'content-type': 'application/json',
      ce_specversion: '1.0',
      ce_id: 'cap_1.outcome',
      ce_source: '/identity-events/demo',
      ce_type: 'identity.verified',
      ce_time: '2026-01-02T03:04:05.000Z',
      ce_subject: 'user-1',
      ce_partitionkey: 'demo:user-1',
      ce_traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    },
  });
});

it('names the schema under the public address of the API, and none where that is not known', () => {
  const described = { ...event, dataschema: '/schemas/identity.verified.v1.schema.json' };
  const { headers } = toKafkaMessage(described, { publicUrl: 'https://example.com/identity' });
  expect(headers['ce_dataschema']).toBe('https://example.com/identity/schemas/identity.verified.v1.schema.json');
  expect(toKafkaMessage(described).headers).not.toHaveProperty('ce_dataschema');
  expect(toKafkaMessage(event, { publicUrl: 'https://example.com' }).headers).not.toHaveProperty('ce_dataschema');
});

it('names the trace of its publication to tracing tools, and that of the submission in the event', () => {
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01';
  const { headers } = toKafkaMessage(event, { traceparent });
  expect(headers).toMatchObject({ traceparent, ce_traceparent: event.traceparent });
});

it('has no trace headers without a trace', () => {
  const { traceparent: _, ...untraced } = event;
  expect(Object.keys(toKafkaMessage(untraced).headers).filter((name) => name.includes('trace'))).toEqual([]);
});
