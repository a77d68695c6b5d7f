/** `npm run prove:budget`: four workers and a backlog of 600 calls. Ends 0 when no call was over and 98 % of the budget was used. */
import process from 'node:process';
import { withEngines } from '../support/with-engines.ts';
import { proveBudget, toLine } from './prove-budget.ts';

await withEngines('prove-budget', async () => {
  const result = await proveBudget({ workers: 4, calls: 600, windows: '10/1s,60/10s', marginMs: 100, database: 3 });
  process.stdout.write(`${toLine(result)}\n`);
  const { over, refused, used, expectationError } = result;
  return over === 0 && refused === 0 && used >= 0.98 && expectationError <= 0.2;
});
