import { expect, it } from 'vitest';
import { createStandstill, type Standstill } from './standstill.ts';

let now = 0;
const after = (ms: number) => (): void => void (now += ms);
const due = (work: Standstill): void => work.found(true);
const nothingDue = (work: Standstill): void => work.found(false);
const moved = (work: Standstill): void => work.moved();

it.each<[fact: string, isStill: boolean, ...steps: ((work: Standstill) => void)[]]>([
  ['work due for the whole time, and nothing moves', true, due, after(60), due, after(40)],
  ['work due for less', false, due, after(99)],
  ['no work at all', false, nothingDue, after(1_000), nothingDue],
  ['something moves now and then', false, due, after(60), moved, due, after(60), due, after(39)],
  ['nothing moves any more', true, moved, due, after(100)],
  ['work that was gone meanwhile', false, due, after(60), nothingDue, due, after(60)],
  ['it moves again after a standstill', false, due, after(200), moved],
  ['found again, not moved, after a standstill', true, due, after(200), due],
])('%s: %s', (_fact, isStill, ...steps) => {
  const work = createStandstill(100, () => now);
  for (const step of steps) step(work);
  expect(work.isStill()).toBe(isStill);
});
