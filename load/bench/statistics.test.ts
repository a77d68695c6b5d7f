import { expect, test } from 'vitest';
import { alternate, median, medianOf, medianRatio, percentile } from './statistics.ts';

test('the median of odd and even numbers of values', () => {
  expect([median([3, 1, 2]), median([4, 1, 2, 3]), median([7])]).toEqual([2, 2.5, 7]);
});

test('percentiles by nearest rank', () => {
  const values = Array.from({ length: 100 }, (_, i) => 100 - i);

  expect([percentile(values, 50), percentile(values, 99), percentile([5], 99)]).toEqual([50, 99, 5]);
});

test('variants take turns in changing order, and the first round is not kept', async () => {
  const order: string[] = [];
  const rounds = await alternate(['a', 'b'], 2, async (variant) => order.push(variant));

  expect(order).toEqual(['b', 'a', 'a', 'b', 'b', 'a']);
  expect(rounds).toEqual([
    { a: 3, b: 4 },
    { a: 6, b: 5 },
  ]);
});

test('a ratio is taken within each round, so that a slow round changes nothing', () => {
  const rounds = [
    { ours: 100, naive: 50 },
    { ours: 10, naive: 5 },
    { ours: 80, naive: 40 },
  ];

  expect(medianRatio(rounds, ['ours', 'naive'], (value) => value)).toBe(2);
  expect(medianOf(rounds, 'ours', (value) => value)).toBe(80);
});
