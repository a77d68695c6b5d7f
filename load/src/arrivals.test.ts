import fc from 'fast-check';
import { expect, test } from 'vitest';
import { arrivalTimes, exponentialGaps } from './arrivals.ts';
import { expectedArrivals, type Stage } from './profile.ts';

const even = (stages: readonly Stage[]): number[] => [...arrivalTimes(stages, () => 1)];

test('a steady rate comes like clockwork', () => {
  expect(even([{ seconds: 2, perSecond: 4 }])).toEqual([0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75, 2]);
});

test('a ramp brings as many as its mean rate, most of them at its steep end', () => {
  const times = even([{ seconds: 10, perSecond: [0, 20] }]);

  expect(times).toHaveLength(100);
  expect(times.filter((time) => time <= 5)).toHaveLength(25);
});

test('a stage takes up where the one before it ended', () => {
  expect(
    even([
      { seconds: 1.5, perSecond: 1 },
      { seconds: 1, perSecond: 3 },
    ]),
  ).toEqual([1, expect.closeTo(1.5 + 0.5 / 3), expect.closeTo(1.5 + 1.5 / 3), expect.closeTo(1.5 + 2.5 / 3)]);
});

test('a silent stage brings nothing, and what was to come comes after it', () => {
  expect(
    even([
      { seconds: 5, perSecond: 0 },
      { seconds: 2, perSecond: 1 },
    ]),
  ).toEqual([6, 7]);
});

const stages = fc.array(
  fc.record({
    seconds: fc.integer({ min: 1, max: 20 }),
    perSecond: fc.oneof(
      fc.integer({ min: 0, max: 200 }),
      fc.tuple(fc.integer({ min: 0, max: 200 }), fc.integer({ min: 0, max: 200 })),
    ),
  }),
  { minLength: 1, maxLength: 5 },
);

test('whatever the stages, arrivals are in order, within them, and as many as they say', () => {
  fc.assert(
    fc.property(stages, (all) => {
      const times = even(all);
      const end = all.reduce((sum, { seconds }) => sum + seconds, 0);
      expect(times.every((time, i) => time >= (times[i - 1] ?? 0) && time <= end + 1e-6)).toBe(true);
      expect(Math.abs(times.length - expectedArrivals(all))).toBeLessThanOrEqual(1);
    }),
  );
});

test('random arrivals keep the rate on average', () => {
  let state = 1;
  const random = (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
  const times = [...arrivalTimes([{ seconds: 1_000, perSecond: 10 }], exponentialGaps(random))];

  expect(times.length).toBeGreaterThan(9_700);
  expect(times.length).toBeLessThan(10_300);
});
