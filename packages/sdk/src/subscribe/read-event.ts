import { cloudEvent } from '#contracts/cloud-event';
import { UnreadableEventError } from '../errors.ts';
import { dataReaders, type IdentityEvent, isIdentityEventType } from './event-types.ts';
import { headerOf, type KafkaRecord } from './kafka-record.ts';

/** What a record turned out to be. */
export type ReadRecord =
  | { readonly kind: 'event'; readonly event: IdentityEvent }
  /** A record without a value: whatever had this key is to be forgotten. */
  | { readonly kind: 'tombstone' }
  /** An event of a type that is younger than this package, or of somebody else. */
  | { readonly kind: 'unknown_type' }
  | { readonly kind: 'unreadable'; readonly error: UnreadableEventError };

const attributePrefix = 'ce_';

/**
 * Reads a record as a CloudEvent, in binary or structured mode (Kafka protocol binding v1.0.2, section 3), and checks attributes
 * and data. Attributes and fields that are younger than this package are left out. Never throws.
 */
export function readEvent(record: KafkaRecord): ReadRecord {
  if (record.value === null) return { kind: 'tombstone' };
  try {
    const members = isStructured(record) ? parseJson(record.value) : readBinary(record);
    const type = members['type'];
    if (typeof type === 'string' && !isIdentityEventType(type)) return { kind: 'unknown_type' };
    const event = cloudEvent.safeParse(members);
    if (!event.success || !isIdentityEventType(event.data.type)) return unreadable('not a CloudEvent of this service');
    const data = dataReaders[event.data.type].safeParse(event.data.data);
    if (!data.success) return unreadable(`data that is not that of ${event.data.type}`, data.error);
    return { kind: 'event', event: { ...event.data, data: data.data } as IdentityEvent };
  } catch (error) {
    return unreadable('a value that is not JSON', error);
  }
}

function isStructured(record: KafkaRecord): boolean {
  return headerOf(record, 'content-type')?.startsWith('application/cloudevents') === true;
}

function readBinary(record: KafkaRecord): Record<string, unknown> {
  const members: Record<string, unknown> = { datacontenttype: headerOf(record, 'content-type') };
  for (const name of Object.keys(record.headers ?? {})) {
    if (name.startsWith(attributePrefix)) members[name.slice(attributePrefix.length)] = headerOf(record, name);
  }
  return { ...members, data: parseJson(record.value) };
}

function parseJson(value: Buffer | null): Record<string, unknown> {
  return JSON.parse(String(value)) as Record<string, unknown>;
}

function unreadable(what: string, cause?: unknown): ReadRecord {
  return { kind: 'unreadable', error: new UnreadableEventError(`the record holds ${what}`, { cause }) };
}
