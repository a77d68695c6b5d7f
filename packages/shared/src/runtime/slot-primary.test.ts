import { expect, it } from 'vitest';
import { primaryOf } from './slot-primary.ts';

const asked = { host: 'asked', port: 7000 };
const replica = ['replica', 7009] as const;

it('the primary of the range that holds the slot serves it', () => {
  const ranges = [
    [0, 99, ['a', 7001], replica],
    [100, 199, ['b', 7002], replica],
  ] as const;
  expect(primaryOf(0, ranges, asked)).toEqual({ host: 'a', port: 7001 });
  expect(primaryOf(99, ranges, asked)).toEqual({ host: 'a', port: 7001 });
  expect(primaryOf(100, ranges, asked)).toEqual({ host: 'b', port: 7002 });
});

it.each([null, '', '?'])('a node that is called %j by itself is meant by the name by which it was asked', (host) => {
  expect(primaryOf(5, [[0, 9, [host, 7001]]], asked)).toEqual({ host: 'asked', port: 7001 });
});

it('a slot that nobody serves is an error', () => {
  expect(() => primaryOf(10, [[0, 9, ['a', 7001]]], asked)).toThrow('no node of the Redis Cluster serves the slot');
});
