import { Kafka, CloudEvent as TheirEvent } from 'cloudevents';
import { expect, it } from 'vitest';
import { madeEvent, toMessage, toRecord } from './events.fixture.ts';
import { readEvent } from './read-event.ts';

const made = madeEvent('cap_1', { outcome: 'failed' });
const theirs = new TheirEvent({ ...made });

it('an event of the service is read with its attributes and data', () => {
  expect(readEvent(toRecord(toMessage(made)))).toEqual({ kind: 'event', event: made });
});

it('what the official SDK sends in binary mode is read', () => {
  const { key, value, headers } = Kafka.binary(theirs);
  const sent = Object.entries(headers).flatMap(([name, text]) => (text === undefined ? [] : [[name, String(text)]]));
  // It leaves the serialising of the data to the client.
  const message = { key: String(key), value: JSON.stringify(value), headers: Object.fromEntries(sent) };
  expect(readEvent(toRecord(message))).toEqual({ kind: 'event', event: made });
});

it('what the official SDK sends in structured mode is read', () => {
  const { key, value, headers } = Kafka.structured(theirs);
  const message = { key: String(key), value, headers: headers as Record<string, string> };
  expect(readEvent(toRecord(message))).toEqual({ kind: 'event', event: made });
});

it('attributes, fields and reasons that are younger than this package are no hindrance', () => {
  const data = made.data as { reason: object };
  const younger = { ...made, data: { ...data, reason: { ...data.reason, code: 'moon_phase' }, mood: 'new' } };
  const read = readEvent(toRecord(toMessage(younger, { ce_moonphase: 'full' })));
  expect(read).toMatchObject({ kind: 'event', event: { data: { reason: { code: 'moon_phase' } } } });
});

it('a type that is younger than this package is told from one that can not be read', () => {
  expect(readEvent(toRecord(toMessage({ ...made, type: 'identity.dreamt' })))).toEqual({ kind: 'unknown_type' });
});

it('a record without a value is a tombstone', () => {
  expect(readEvent(toRecord(toMessage(made), { value: null }))).toEqual({ kind: 'tombstone' });
});

it.each([
  ['no headers', { headers: {} }, 'not a CloudEvent'],
  ['a value that is not JSON', { value: Buffer.from('{') }, 'not JSON'],
  ['data of another type', { value: Buffer.from('{"outcome":"verified"}') }, 'identity.failed'],
  ['a null as data', { value: Buffer.from('null') }, 'identity.failed'],
])('a record with %s can not be read, and the error does not quote it', (_, change, message) => {
  const read = readEvent(toRecord(toMessage(made), change));
  if (read.kind !== 'unreadable') expect.fail(read.kind);
  expect(read.error.message).toContain(message);
  expect(read.error.message).not.toContain('customer-77');
});

it('a structured record that holds no object can not be read', () => {
  const message = { key: 'k', value: 'null', headers: { 'content-type': 'application/cloudevents+json' } };
  expect(readEvent(toRecord(message)).kind).toBe('unreadable');
});
