import { expect, it } from 'vitest';
import { createMemorySeenStore } from './seen-store.ts';

it('memory keeps the latest events, as many as it may', async () => {
  const store = createMemorySeenStore({ max: 2 });
  for (const key of ['a', 'b', 'c']) await store.add(key);
  expect(await Promise.all(['a', 'b', 'c'].map((key) => store.has(key)))).toEqual([false, true, true]);
});
