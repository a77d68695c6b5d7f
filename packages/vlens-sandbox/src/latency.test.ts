import { expect, test } from 'vitest';
import { drawLatencyMs, latencySchema, latencyText } from './latency.ts';
import { SeededRandom } from './random.ts';

const draws = (text: string) => {
  const random = new SeededRandom('latency');
  return Array.from({ length: 1_001 }, () => drawLatencyMs(latencySchema.parse(text), random)).sort((a, b) => a - b);
};

test.each(['fixed:50', 'uniform:20-80', 'lognormal:120:0.5'])('%s is read and written alike', (text) => {
  expect(latencyText(latencySchema.parse(text))).toBe(text);
});

test.each(['', '50', 'fixed:', 'fixed:1-2', 'uniform:20', 'lognormal:120', 'normal:1:2'])('%j is refused', (text) => {
  expect(latencySchema.safeParse(text).success).toBe(false);
});

test('draws follow their distribution', () => {
  expect(new Set(draws('fixed:50'))).toEqual(new Set([50]));
  expect(draws('uniform:20-80')[0]).toBeGreaterThanOrEqual(20);
  expect(draws('uniform:20-80')[1_000]).toBeLessThanOrEqual(80);
  const median = draws('lognormal:120:0.5')[500] as number;
  expect(median).toBeGreaterThan(110);
  expect(median).toBeLessThan(130);
});
