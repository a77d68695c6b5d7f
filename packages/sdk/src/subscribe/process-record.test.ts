import { describe, expect, it } from 'vitest';
import { DependencyUnavailableError } from '../errors.ts';
import { madeEvent, toMessage, toRecord } from './events.fixture.ts';
import type { KafkaRecord } from './kafka-record.ts';
import type { EventContext, RecordReport, SubscribeOptions } from './options.ts';
import { type AsideReason, createRecordProcessor } from './process-record.ts';
import { createMemorySeenStore } from './seen-store.ts';
import { toSettings } from './settings.ts';

const made = madeEvent('cap_1');
const record = toRecord(toMessage(made, { traceparent: '00-hop', tracestate: 'a=1' }));
const retryTopics = [{ topic: 'retry-1', delayMs: 1_000 }];

/** A processor with everything that it did written down. */
function fixture(options: Partial<SubscribeOptions> = {}) {
  const handled: { id: string; context: EventContext }[] = [];
  const reports: RecordReport[] = [];
  const aside: { topic: string; reason: AsideReason }[] = [];
  const settings = toSettings({
    kafka: undefined as never,
    groupId: 'g',
    attemptDelayMs: 0,
    handlers: { 'identity.verified': ({ id }, context) => void handled.push({ id, context }) },
    onRecord: (report) => void reports.push(report),
    ...options,
  });
  const processRecord = createRecordProcessor({
    settings,
    now: () => 5_000,
    stopping: new AbortController().signal,
    putAside: async (topic, _, reason) => void aside.push({ topic, reason }),
  });
  return { process: (one: KafkaRecord = record) => processRecord(one, () => false), handled, reports, aside };
}

const failing = (reason: Error) => ({ 'identity.verified': () => Promise.reject(reason) });

it('an event goes to the handler of its type, with its place and trace', async () => {
  const { process, handled, reports } = fixture();
  expect(await process()).toEqual({ kind: 'done' });
  expect(handled).toMatchObject([
    {
      id: 'cap_1.outcome',
      context: {
        topic: 'identity.verified',
        partition: 1,
        offset: '7',
        attempt: 1,
        traceparent: '00-hop',
        tracestate: 'a=1',
      },
    },
  ]);
  expect(reports).toMatchObject([{ outcome: 'handled', eventId: 'cap_1.outcome', type: 'identity.verified' }]);
});

it('without a trace of its own, an event carries that of its submission', async () => {
  const { process, handled } = fixture();
  await process(toRecord(toMessage(made)));
  expect(handled[0]?.context.traceparent).toBe(made.traceparent);
});

it('an event that comes again is handled once', async () => {
  const { process, handled, reports } = fixture();
  await process();
  expect(await process()).toEqual({ kind: 'done' });
  expect(handled).toHaveLength(1);
  expect(reports.map(({ outcome }) => outcome)).toEqual(['handled', 'duplicate']);
});

it('a replay is handled again, once, and marked', async () => {
  const { process, handled } = fixture();
  const replayed = toRecord(toMessage(made, { replay_id: 'r-1' }));
  for (const one of [record, replayed, replayed]) await process(one);
  expect(handled.map(({ context }) => context.replayId)).toEqual([undefined, 'r-1']);
});

describe('a handler that fails', () => {
  const error = new Error('no');

  it('sends its event to the first retry topic, with all attempts counted', async () => {
    const { process, aside, reports } = fixture({ handlers: failing(error), retryTopics, deadLetterTopic: 'dead' });
    expect(await process()).toEqual({ kind: 'done' });
    expect(aside).toEqual([{ topic: 'retry-1', reason: { error, attempts: 3, delayMs: 1_000 } }]);
    expect(reports).toMatchObject([{ outcome: 'retry_topic', error }]);
  });

  it('sends it among the dead letters at last', async () => {
    const { process, aside } = fixture({ handlers: failing(error), retryTopics, deadLetterTopic: 'dead' });
    const returned = toRecord(toMessage(made, { original_group: 'g', retry_number: '1', attempts: '3' }));
    expect(await process(returned)).toEqual({ kind: 'done' });
    expect(aside).toEqual([{ topic: 'dead', reason: { error, attempts: 6, delayMs: undefined } }]);
  });

  it('holds the partition where there is nowhere else', async () => {
    const { process, reports } = fixture({ handlers: failing(error) });
    expect(await process()).toEqual({ kind: 'hold', waitMs: undefined });
    expect(reports).toMatchObject([{ outcome: 'held', error }]);
  });

  it('is called again for an event that was put aside', async () => {
    const { process } = fixture({ handlers: failing(error), retryTopics });
    await process();
    const { process: later, handled } = fixture({ retryTopics });
    await later(
      toRecord(toMessage(made, { original_group: 'g', original_offset: '3', retry_number: '1', attempts: '3' })),
    );
    expect(handled).toMatchObject([{ context: { offset: '3', attempt: 4 } }]);
  });
});

it('a retry that is not due yet holds its partition until it is', async () => {
  const { process, handled } = fixture({ retryTopics });
  const early = toRecord(toMessage(made, { original_group: 'g', retry_number: '1', retry_not_before: '5400' }));
  expect(await process(early)).toEqual({ kind: 'hold', waitMs: 400 });
  expect(handled).toEqual([]);
});

it('a dependency that is away holds the partition, and nothing is put aside', async () => {
  const away = new DependencyUnavailableError('away', { retryAfterMs: 9 });
  const { process, aside } = fixture({ handlers: failing(away), retryTopics, deadLetterTopic: 'dead' });
  expect(await process()).toEqual({ kind: 'hold', waitMs: 9 });
  expect(aside).toEqual([]);
});

it.each(['has', 'add'] as const)('a store whose %s fails holds the partition', async (method) => {
  const seen = { ...createMemorySeenStore(), [method]: () => Promise.reject(new Error('away')) };
  expect(await fixture({ seen }).process()).toEqual({ kind: 'hold', waitMs: undefined });
});

it('a record that can not be read is a dead letter at once', async () => {
  const { process, aside } = fixture({ retryTopics, deadLetterTopic: 'dead' });
  expect(await process({ ...record, value: Buffer.from('{') })).toEqual({ kind: 'done' });
  expect(aside).toMatchObject([{ topic: 'dead', reason: { error: { code: 'unreadable-event' }, attempts: 0 } }]);
});

it('an event that nobody here handles is passed over', async () => {
  const { process, reports } = fixture();
  await process(toRecord(toMessage(madeEvent('cap_2', { outcome: 'failed' }))));
  await process(toRecord(toMessage({ ...made, type: 'identity.dreamt' })));
  expect(reports.map(({ outcome }) => outcome)).toEqual(['unknown_type', 'unknown_type']);
});

it('a tombstone is passed over, or told with its key', async () => {
  const keys: (string | undefined)[] = [];
  const tombstone = { ...record, value: null };
  expect(await fixture().process(tombstone)).toEqual({ kind: 'done' });
  await fixture({ onTombstone: (key) => void keys.push(key) }).process(tombstone);
  expect(keys).toEqual(['demo:customer-77']);
});

it('an observer that throws changes nothing', async () => {
  const onRecord = (): never => {
    throw new Error('observer');
  };
  expect(await fixture({ onRecord }).process()).toEqual({ kind: 'done' });
});

it('a record that can not be read is passed over by who takes it', async () => {
  const places: string[] = [];
  const { process, reports, aside } = fixture({
    deadLetterTopic: 'dead',
    onUnreadable: (error, { offset }) => void places.push(`${error.code} ${offset}`),
  });
  expect(await process({ ...record, value: Buffer.from('no JSON') })).toEqual({ kind: 'done' });
  expect(places).toEqual(['unreadable-event 7']);
  expect(reports).toMatchObject([{ outcome: 'unreadable' }]);
  expect(aside).toEqual([]);
});
