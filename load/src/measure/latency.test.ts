import { expect, test } from 'vitest';
import { createLatency, logarithmicBars, percentileCurve } from './latency.ts';

function recorded(values: readonly number[]) {
  const latency = createLatency();
  for (const ms of values) latency.record(ms);
  return latency;
}

const oneToThousand = Array.from({ length: 1_000 }, (_, i) => i + 1);

test('percentiles are right to three digits', () => {
  const summary = recorded(oneToThousand).summary();

  expect(summary.count).toBe(1_000);
  expect(summary.p50Ms / 500).toBeCloseTo(1, 2);
  expect(summary.p99Ms / 990).toBeCloseTo(1, 2);
  expect(summary.maxMs / 1_000).toBeCloseTo(1, 2);
});

test('what takes less than a millisecond is told apart', () => {
  expect(recorded([0.1, 0.2, 0.3]).summary()).toMatchObject({ p50Ms: 0.2, maxMs: 0.3 });
});

test('the curve ends at the last percentile that the data can tell', () => {
  const curve = percentileCurve(recorded(oneToThousand).summary());

  expect(curve[0]).toMatchObject({ percentile: 0 });
  expect(curve.at(-1)?.percentile).toBeGreaterThan(99.85);
  expect(curve.at(-1)?.percentile).toBeLessThan(99.95);
});

test('bars hold everything that was recorded', () => {
  const bars = logarithmicBars(recorded([0.5, 1, 1, 10, 10, 10, 1_000]).summary());

  expect(bars.reduce((sum, { count }) => sum + count, 0)).toBe(7);
  const bar = bars.find(({ fromMs, toMs }) => fromMs <= 10.001 && 10.001 < toMs);
  expect(bar?.count).toBe(3);
});

test('nothing recorded is nothing to draw', () => {
  const summary = createLatency().summary();

  expect([percentileCurve(summary), logarithmicBars(summary)]).toEqual([[], []]);
});

test('a reset begins anew', () => {
  const latency = recorded([5]);
  latency.reset();

  expect(latency.percentileMs(50)).toBeNull();
});
