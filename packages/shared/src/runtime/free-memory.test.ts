import process from 'node:process';
import { expect, test } from 'vitest';
import { freeMemory } from './free-memory.ts';

test('the memory of large buffers is given back before any collection', () => {
  const before = process.memoryUsage().arrayBuffers;
  for (let round = 0; round < 200; round += 1) {
    const buffers = Array.from({ length: 5 }, () => Buffer.alloc(4 * 1024 * 1024));
    freeMemory(buffers);
    expect(buffers.map(({ byteLength }) => byteLength)).toEqual([0, 0, 0, 0, 0]);
  }
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(40 * 1024 * 1024);
});

test('pieces of one memory go together, and twice is once', () => {
  const whole = Buffer.alloc(100_000, 'x');
  const pieces = [whole.subarray(0, 60_000), whole.subarray(60_000)];
  freeMemory(pieces);
  freeMemory(pieces);
  expect([whole.byteLength, ...pieces.map(({ byteLength }) => byteLength)]).toEqual([0, 0, 0]);
});

test('what is small or in the pool that others share stays as it is', () => {
  const small = new Uint8Array(1_000).fill(7);
  const pooled = Buffer.from('in the pool');
  const neighbour = Buffer.from('beside it');
  expect(neighbour.buffer).toBe(pooled.buffer);
  freeMemory([small, pooled]);
  expect([small[999], String(pooled), String(neighbour)]).toEqual([7, 'in the pool', 'beside it']);
});
