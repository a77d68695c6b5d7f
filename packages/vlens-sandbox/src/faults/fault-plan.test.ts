import { expect, test } from 'vitest';
import { SeededRandom } from '../random.ts';
import { type FaultInput, faultSchema } from './fault.ts';
import { FaultPlan } from './fault-plan.ts';

function plan(...faults: FaultInput[]): FaultPlan {
  const made = new FaultPlan(new SeededRandom('plan'));
  for (const fault of faults) made.add(faultSchema.parse(fault));
  return made;
}

const kinds = (faults: FaultPlan, endpoint: string, times: number) =>
  Array.from({ length: times }, () => faults.strike(endpoint, null).fault?.kind ?? null);

test('a fault strikes as many times as told, on its endpoint only', () => {
  const faults = plan({ kind: 'reset', endpoint: 'Login', times: 2 });
  expect(kinds(faults, 'other', 2)).toEqual([null, null]);
  expect(kinds(faults, 'login', 3)).toEqual(['reset', 'reset', null]);
  expect(faults.list()).toEqual([]);
});

test('faults strike in the order they were set, one to a call', () => {
  const faults = plan({ kind: 'reset', times: 1 }, { kind: 'hang', times: 1 });
  expect(kinds(faults, 'any', 3)).toEqual(['reset', 'hang', null]);
});

test('delays add up and go along with another fault', () => {
  const faults = plan(
    { kind: 'latency', latency: 'fixed:10' },
    { kind: 'hang', times: 1 },
    { kind: 'latency', latency: 'fixed:5' },
  );
  expect(faults.strike('any', null)).toMatchObject({ extraMs: 15, fault: { kind: 'hang' } });
  expect(faults.strike('any', null)).toEqual({ extraMs: 15, fault: null });
});

test('probability decides, the same way for the same seed', () => {
  const struck = () => kinds(plan({ kind: 'reset', probability: 0.3 }), 'any', 1_000);
  const count = struck().filter((kind) => kind !== null).length;
  expect(count).toBeGreaterThan(250);
  expect(count).toBeLessThan(350);
  expect(struck()).toEqual(struck());
});

test('a fault can be meant for one transaction', () => {
  const faults = plan({ kind: 'reset', transactionId: 'ABC' });
  expect([null, 'x', 'abc', 'ABC'].map((id) => faults.strike('any', id).fault?.kind)).toEqual([
    undefined,
    undefined,
    'reset',
    'reset',
  ]);
});

test('at most a thousand faults are in force', () => {
  const faults = plan();
  const reset = faultSchema.parse({ kind: 'reset' });
  for (let count = 0; count < 1_000; count += 1) expect(faults.add(reset)).not.toBe(false);
  expect(faults.add(reset)).toBe(false);
});
