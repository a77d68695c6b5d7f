import { expect, it } from 'vitest';
import { type Aside, originOf, toAsideMessage } from './aside-message.ts';
import { madeEvent, toMessage, toRecord } from './events.fixture.ts';
import { headerOf, type KafkaRecord } from './kafka-record.ts';

const record = toRecord(toMessage(madeEvent('cap_1')));
const error = Object.assign(new TypeError('Amina can not be read'), { code: 'E1' });
const aside: Aside = { groupId: 'g', error, attempts: 3, now: 60_000, delayMs: 5_000, exceptionMessages: false };

/** A message that was put aside, as it comes back from its topic. */
function returned(from: KafkaRecord, change: Partial<Aside> = {}): KafkaRecord {
  const { headers, ...message } = toAsideMessage(from, { ...aside, ...change });
  return { ...message, headers, topic: 'retry', partition: 0, offset: '0', timestamp: '60000' };
}

it('keeps key, value and headers, and says where the record comes from and why it is here', () => {
  const back = returned(record);
  expect(back).toMatchObject({ key: record.key, value: record.value, headers: record.headers ?? {} });
  expect(back.headers).toMatchObject({
    original_topic: 'identity.verified',
    original_partition: '1',
    original_offset: '7',
    original_timestamp: '1000',
    original_group: 'g',
    exception_name: 'TypeError',
    exception_code: 'E1',
    failed_at: '1970-01-01T00:01:00.000Z',
    attempts: '3',
    retry_number: '1',
    retry_not_before: '65000',
  });
});

it('the message of an error travels only where that is wanted', () => {
  expect(headerOf(returned(record), 'exception_message')).toBeUndefined();
  expect(headerOf(returned(record, { exceptionMessages: true }), 'exception_message')).toBe('Amina can not be read');
});

it('what was put aside twice still comes from where it stood first', () => {
  const twice = returned(returned(record), { attempts: 6, now: 90_000 });
  expect(originOf(twice, 'g')).toEqual({
    topic: 'identity.verified',
    partition: 1,
    offset: '7',
    timestamp: '1000',
    attempts: 6,
    retries: 2,
    notBefore: 95_000,
  });
});

it('a dead letter that is put back goes through the retries again', () => {
  const dead = returned(returned(record), { delayMs: undefined });
  expect(originOf(dead, 'g')).toMatchObject({ topic: 'identity.verified', retries: 0, notBefore: 0 });
});

it('what another group put aside means nothing here', () => {
  expect(originOf(returned(record), 'other')).toMatchObject({ topic: 'retry', attempts: 0, retries: 0, notBefore: 0 });
});
