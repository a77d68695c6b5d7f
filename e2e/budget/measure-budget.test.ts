import { expect, it } from 'vitest';
import { measureBudget } from './measure-budget.ts';

const at = (...times: number[]) => times.map((monotonicMs) => ({ monotonicMs }));
const twoInTen = [{ calls: 2, ms: 10 }];

it('calls that use every window to the full are perfect', () => {
  expect(measureBudget(at(0, 0, 10, 10, 20), twoInTen)).toEqual({ over: 0, used: 1, seconds: 0.02 });
});

it('a call too early is over, wherever the window is laid', () => {
  expect(measureBudget(at(0, 8, 9.9, 12), twoInTen).over).toBe(2);
  expect(measureBudget(at(0, 8, 10, 18), twoInTen).over).toBe(0);
});

it('time lost is budget unused', () => {
  expect(measureBudget(at(0, 0, 20, 20), twoInTen).used).toBe(0.5);
});

it('the tightest of several windows decides', () => {
  const windows = [...twoInTen, { calls: 3, ms: 100 }];
  expect(measureBudget(at(0, 0, 10, 100, 100), windows)).toMatchObject({ over: 0, used: 1 });
  expect(measureBudget(at(0, 0, 10, 20), windows).over).toBe(1);
});
