import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Source } from './allowance.ts';
import { createLease } from './lease.ts';

/** A source that holds so many and is refilled by hand; its draws take until the next turn of the event loop. */
function fixture(holds: number, sizeMax = 100) {
  const state = { left: holds, now: 1_000, draws: [] as number[], drawn: 0, away: false };
  const source: Source = {
    draw: async (needed, wanted) => {
      state.draws.push(wanted);
      await new Promise((resolve) => setImmediate(resolve));
      if (state.away) throw new Error('away');
      const drawn = state.left >= needed ? Math.min(state.left, wanted) : 0;
      state.left -= drawn;
      state.drawn += drawn;
      return { drawn, remaining: state.left, resetMs: 500, againMs: 200, holdMs: 1_000 };
    },
  };
  return { state, lease: createLease(source, { sizeMax, steadyNow: () => state.now }) };
}
const settled = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

it('who asks now and then leaves nothing at hand', async () => {
  const { state, lease } = fixture(10);
  for (let i = 0; i < 5; i++) {
    state.now += 100;
    expect(await lease.take(1)).toMatchObject({ granted: true, standing: { remaining: 9 - i } });
  }
  expect(state.draws).toEqual([1, 1, 1, 1, 1]);
});

it('who asks much is answered at once, from leases that grow and are renewed ahead', async () => {
  const { state, lease } = fixture(100_000);
  let waited = 0;
  for (let i = 0; i < 5_000; i++) {
    state.now += 0.1;
    const leave = lease.take(1);
    if (leave instanceof Promise) waited += 1;
    expect((await leave).granted).toBe(true);
    if (i % 10 === 0) await settled();
  }
  expect(waited).toBeLessThan(20);
  expect(state.draws.length).toBeLessThan(150);
  expect(Math.max(...state.draws)).toBeLessThanOrEqual(100);
});

it('an empty source is asked again only when it may have something', async () => {
  const { state, lease } = fixture(1);
  await lease.take(1);
  expect(await lease.take(1)).toMatchObject({ granted: false, againMs: 200 });
  state.now += 50;
  for (let i = 0; i < 100; i++) expect(lease.take(1)).toMatchObject({ granted: false, againMs: 150 });
  expect(state.draws).toHaveLength(2);
  state.left = 1;
  state.now += 150;
  expect(await lease.take(1)).toMatchObject({ granted: true });
});

it('too little for many is enough for one, at the same time too', async () => {
  const { lease } = fixture(5);
  const [many, one] = await Promise.all([lease.take(6), lease.take(1)]);
  expect([many.granted, one.granted]).toEqual([false, true]);
  expect((await lease.take(4)).granted).toBe(true);
});

it('what was at hand too long is dropped', async () => {
  const { state, lease } = fixture(100);
  for (let i = 0; i < 20; i++) await lease.take(1);
  await settled();
  state.left = 0;
  state.now += 1_001;
  expect(await lease.take(1)).toMatchObject({ granted: false });
});

it('a source that is away is told to who needs it, and is asked by the next again', async () => {
  const { state, lease } = fixture(5);
  state.away = true;
  await expect(Promise.all([lease.take(1), lease.take(1)])).rejects.toThrow('away');
  state.away = false;
  expect((await lease.take(1)).granted).toBe(true);
});

it('never more is given than was drawn, and what is given back may be taken again', async () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('take' as const), count: fc.integer({ min: 1, max: 5 }) }),
    fc.record({ kind: fc.constant('giveBack' as const), count: fc.constant(1) }),
    fc.record({ kind: fc.constant('refill' as const), count: fc.integer({ min: 1, max: 20 }) }),
    fc.record({ kind: fc.constant('wait' as const), count: fc.integer({ min: 1, max: 1_500 }) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), fc.integer({ min: 1, max: 30 }), async (steps, sizeMax) => {
      const { state, lease } = fixture(20, sizeMax);
      let inUse = 0;
      const running: Promise<unknown>[] = [];
      for (const { kind, count } of steps) {
        if (kind === 'refill') state.left += count;
        else if (kind === 'wait') {
          await Promise.all(running.splice(0));
          state.now += count;
        } else if (kind === 'giveBack' && inUse > 0) {
          inUse -= 1;
          lease.giveBack(1);
        } else if (kind === 'take') {
          const leave = lease.take(count);
          const note = ({ granted }: { granted: boolean }): void => {
            if (granted) inUse += count;
          };
          if (leave instanceof Promise) running.push(leave.then(note));
          else note(leave);
        }
      }
      await Promise.all(running);
      expect(inUse).toBeLessThanOrEqual(state.drawn);
    }),
    { numRuns: 300 },
  );
});
