import { expect, it } from 'vitest';
import { readOnce } from './read-once.ts';

it('reads once in a while, however many ask, and again after a failure', async () => {
  let [now, reads] = [0, 0];
  const read = readOnce(
    async () => {
      reads += 1;
      if (reads === 2) throw new Error('away');
      return reads;
    },
    1_000,
    () => now,
  );
  expect(await Promise.all([read(), read(), read()])).toEqual([1, 1, 1]);
  now = 999;
  expect(await read()).toBe(1);
  now = 1_000;
  await expect(Promise.all([read(), read()])).rejects.toThrow('away');
  now = 2_000;
  expect(await read()).toBe(3);
});
