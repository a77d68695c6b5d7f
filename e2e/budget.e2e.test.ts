import { expect, it } from 'vitest';
import { proveBudget, toLine } from './budget/prove-budget.ts';

it('two workers drain a backlog without one call over, and leave little of the budget unused', async () => {
  const result = await proveBudget({ workers: 2, calls: 180, windows: '10/500ms,60/8s', marginMs: 100, database: 3 });
  process.stdout.write(`${toLine(result)}\n`);
  expect(result).toMatchObject({ over: 0, refused: 0 });
  expect(result.used).toBeGreaterThan(0.93);
  // Told to the last capture as its expectedBy when it was accepted.
  expect(result.expectationError).toBeLessThan(0.2);
});
