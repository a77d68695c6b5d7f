import { expect, it } from 'vitest';
import { proveBudget, toLine } from './budget/prove-budget.ts';

it('two workers drain a backlog without one call over, and without leaving it unused', async () => {
  const result = await proveBudget({ workers: 2, calls: 180, windows: '10/500ms,60/8s', marginMs: 250, database: 3 });
  process.stdout.write(`${toLine(result)}\n`);
  expect(result).toMatchObject({ over: 0, refused: 0 });
  // How much of it is used to the last percent is for `npm run prove:budget` to tell, on a machine with nothing else to do.
  expect(result.used).toBeGreaterThan(0.5);
  expect(result.expectationError).toBeLessThan(1);
});
