import type { CloudEvent } from '@identity-events/shared/contracts/cloud-event';

/** A Kafka record before it has a place. */
export interface KafkaMessage {
  readonly key: string;
  readonly value: string;
  readonly headers: Record<string, string>;
}

/** What a record says besides its event. */
interface RecordContext {
  /** The API's address, without a slash at its end, under which a `dataschema` can be read; without it the record has none, for CloudEvents wants it absolute. */
  readonly publicUrl?: string | undefined;
  /** The trace of the publication, in `traceparent` without prefix, where tracing tools look for it (W3C trace context). Default: the event's own, in which its capture was submitted; that one stands in `ce_traceparent` in any case. */
  readonly traceparent?: string | undefined;
}

/**
 * A CloudEvent as a Kafka record in binary content mode: data is the value, every attribute a `ce_` header, and the
 * content type stands in `content-type` (CloudEvents Kafka protocol binding v1.0.2, section 3.2).
 */
export function toKafkaMessage(
  event: CloudEvent,
  { publicUrl, traceparent = event.traceparent }: RecordContext = {},
): KafkaMessage {
  const { data, datacontenttype, dataschema, ...attributes } = event;
  const headers: Record<string, string> = { 'content-type': datacontenttype };
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined) headers[`ce_${name}`] = value;
  }
  if (publicUrl !== undefined && dataschema !== undefined) headers['ce_dataschema'] = `${publicUrl}${dataschema}`;
  if (traceparent) headers['traceparent'] = traceparent;
  return { key: event.partitionkey, value: JSON.stringify(data), headers };
}
