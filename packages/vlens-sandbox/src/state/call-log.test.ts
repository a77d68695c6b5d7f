import { expect, test } from 'vitest';
import { BoundedCounters } from './bounded-counters.ts';
import { CallLog } from './call-log.ts';

test('the log keeps the latest calls and tells how many it has forgotten', () => {
  const log = new CallLog(3);
  for (let call = 0; call < 5; call += 1) log.arrive(`call ${call}`, call, call);
  const page = log.read(0, 100);
  expect(page.calls.map(({ seq, endpoint }) => [seq, endpoint])).toEqual([
    [2, 'call 2'],
    [3, 'call 3'],
    [4, 'call 4'],
  ]);
  expect(page).toMatchObject({ next: 5, forgotten: 2 });
});

test('pages follow one another without gap or repetition', () => {
  const log = new CallLog(100);
  for (let call = 0; call < 5; call += 1) log.arrive('call', call, call);
  const first = log.read(0, 2);
  const second = log.read(first.next, 2);
  const third = log.read(second.next, 2);
  expect([first, second, third].map(({ calls }) => calls.map(({ seq }) => seq))).toEqual([[0, 1], [2, 3], [4]]);
  expect(log.read(third.next, 2)).toEqual({ calls: [], next: 5, forgotten: 0 });
  expect(log.read(99, 2)).toEqual({ calls: [], next: 99, forgotten: 0 });
});

test('calls in flight are counted at once and at most', () => {
  const log = new CallLog(10);
  const entries = [log.arrive('call', 0, 0), log.arrive('call', 0, 1)];
  for (const entry of entries) log.leave(entry, 'answered', 5);
  log.arrive('call', 0, 6);
  expect(log.totals).toEqual({ calls: 3, inFlight: 1, inFlightMax: 2 });
  expect(entries.map(({ durationMs }) => durationMs)).toEqual([5, 4]);
});

test('counters beyond ten thousand names are counted together', () => {
  const counters = new BoundedCounters();
  for (let name = 0; name < 10_005; name += 1) counters.add(`name ${name}`);
  expect(Object.keys(counters.snapshot())).toHaveLength(10_001);
  expect(counters.snapshot()['other']).toBe(5);
});
