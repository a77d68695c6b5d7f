import { expect, it } from 'vitest';
import { type AcceptedCapture, checkRun, type OutcomeRecord, type RunTraces, toLine } from './check-run.ts';

const accepted = (n: number): AcceptedCapture => ({
  idempotencyKey: `key-${n}`,
  captureId: `cap_${n}`,
  expected: 'identity.verified',
});

/** Capture n of the one person: accepted at n * 2,000, decided 50 ms later. */
const record = (n: number, change: Partial<OutcomeRecord> = {}): OutcomeRecord => ({
  captureId: `cap_${n}`,
  topic: 'identity.verified',
  key: 'demo:person',
  eventId: `cap_${n}.outcome`,
  transactionId: `tx-${n}`,
  reason: '',
  acceptedAt: n * 2_000,
  decidedAt: n * 2_000 + 50,
  ...change,
});

const call = (n: number, endpoint = 'link') => ({ transactionId: `tx-${n}`, endpoint });

const good: RunTraces = {
  accepted: [accepted(1), accepted(2), accepted(3)],
  calls: [call(1), call(2), call(3, 'front'), call(3, 'back')],
  records: [record(1), record(2), record(3)],
  kills: 0,
};

it('a good run has no faults and one line', () => {
  const check = checkRun(good);
  expect(check.faults).toEqual([]);
  expect(toLine(check)).toBe('accepted=3 outcomes=3 missing=0 conflicting=0 repeats=0 extraCalls=0 kills=0');
});

it('a decision may be written a moment after its time was noted', () => {
  const late = record(2, { decidedAt: 5_900 });
  expect(checkRun({ ...good, records: [record(1), record(3), late] }).faults).toEqual([]);
});

it('harmless repeats are counted and are no faults', () => {
  const check = checkRun({
    ...good,
    accepted: [...good.accepted, accepted(3)],
    calls: [
      ...good.calls,
      call(1),
      { transactionId: null, endpoint: 'link' },
      { transactionId: 'x', endpoint: 'link' },
    ],
    records: [record(1), record(2), record(1), record(2), record(3)],
    kills: 1,
  });
  expect(check.faults).toEqual([]);
  expect(toLine(check)).toBe('accepted=3 outcomes=3 missing=0 conflicting=0 repeats=2 extraCalls=1 kills=1');
});

it.each<[string, Partial<RunTraces>, object, string]>([
  [
    'a capture without an outcome',
    { records: [record(1), record(3)] },
    { missing: 1, outcomes: 2 },
    'cap_2 was accepted and has no outcome',
  ],
  [
    'a capture with two outcomes',
    {
      records: [...good.records, record(2, { topic: 'identity.failed', reason: 'aml_match' })],
    },
    { conflicting: 1, repeats: 1 },
    'cap_2 has outcomes identity.verified and identity.failed (aml_match)',
  ],
  [
    'a capture that failed for two reasons',
    {
      accepted: [{ idempotencyKey: 'key', captureId: 'cap_1' }],
      records: [1, 2].map((n) => record(1, { topic: 'identity.failed', reason: `reason-${n}` })),
    },
    { conflicting: 1 },
    'cap_1 has outcomes identity.failed (reason-1) and identity.failed (reason-2)',
  ],
  [
    'an outcome that should not be',
    { records: [record(1), record(2), record(3, { topic: 'identity.failed', reason: 'provider_unavailable' })] },
    { missing: 0 },
    'cap_3 ended as identity.failed (provider_unavailable) instead of identity.verified',
  ],
  [
    'a repeat under another id',
    { records: [...good.records, record(2, { eventId: 'other' })] },
    { repeats: 1 },
    'cap_2 was repeated under another id: cap_2.outcome, other',
  ],
  [
    'an outcome of a capture that nobody was told of',
    { records: [...good.records, record(4)] },
    { accepted: 3, outcomes: 3 },
    'cap_4 has an outcome and no 202',
  ],
  [
    'two captures for one key',
    { accepted: [...good.accepted, { ...accepted(3), idempotencyKey: 'key-1' }] },
    {},
    'Idempotency-Key key-1 was answered with cap_1 and cap_3',
  ],
  [
    'more repeated calls than kills',
    { calls: [...good.calls, call(1), call(3, 'back')], kills: 1 },
    { extraCalls: 2 },
    '2 provider calls were repeated, 1 at most may be',
  ],
  [
    'a repeated call without any kill',
    { calls: [...good.calls, call(2)] },
    { extraCalls: 1 },
    '1 provider calls were repeated, 0 at most may be',
  ],
  [
    'events of one person in the wrong order',
    { records: [record(1), record(3), record(2)] },
    {},
    'demo:person in identity.verified: cap_2 came after cap_3, which was accepted 1950 ms after its decision',
  ],
])('%s is a fault', (_, planted, numbers, sentence) => {
  const check = checkRun({ ...good, ...planted });
  expect(check).toMatchObject(numbers);
  expect(check.faults).toEqual([sentence]);
});

it('events of one person that were under way at the same time may come in any order, and so may those of two people', () => {
  const together = [record(2, { acceptedAt: 120 }), record(1)];
  expect(checkRun({ ...good, records: [...together, record(3)] }).faults).toEqual([]);
  expect(checkRun({ ...good, records: [record(3, { key: 'demo:other' }), record(1), record(2)] }).faults).toEqual([]);
  expect(
    checkRun({ ...good, records: [record(3), record(1, { topic: 'identity.captured' }), record(2)] }).faults,
  ).toHaveLength(2);
});
