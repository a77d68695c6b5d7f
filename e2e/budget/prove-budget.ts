import { windows as parseWindows } from '@identity-events/shared/contracts/windows';
import { openTestSystem } from '../support/test-system.ts';
import { type BudgetUse, measureBudget } from './measure-budget.ts';

export interface BudgetProof {
  /** Worker processes. */
  readonly workers: number;
  /** Captures of one call each, all submitted before the first is made. */
  readonly calls: number;
  /** What the sandbox allows and the workers are told, such as `10/1s,60/1m`. */
  readonly windows: string;
  /** What the workers add to each window; see `VLENS_WINDOW_MARGIN_MS`. */
  readonly marginMs: number;
  /** The file's own database in the test Redis. */
  readonly database: number;
}

/** What came of a proof. */
export interface BudgetProofResult extends BudgetUse {
  /** Calls that the sandbox refused as too many. */
  readonly refused: number;
  /** How far the time at which the last capture had its outcome was from the `expectedBy` it was given, as part of that wait. */
  readonly expectationError: number;
}

/** Lets several workers drain a backlog through the sandbox, which counts strictly, and measures what it saw. */
export async function proveBudget({
  workers,
  calls,
  windows,
  marginMs,
  database,
}: BudgetProof): Promise<BudgetProofResult> {
  const env = {
    sandbox: { RATE_WINDOWS: windows },
    worker: { VLENS_WINDOWS: windows, VLENS_WINDOW_MARGIN_MS: String(marginMs) },
    api: { VLENS_WINDOWS: windows, VLENS_WINDOW_MARGIN_MS: String(marginMs) },
  };
  const test = await openTestSystem({ name: 'budget', database, env });
  try {
    await test.system.parts.worker.stop();
    const ids: string[] = [];
    for (let i = 0; i < calls; i += 50) {
      const batch = Math.min(50, calls - i);
      ids.push(...(await Promise.all(Array.from({ length: batch }, () => test.captures.link('0000')))));
    }
    const submittedAt = Date.now();
    await test.system.restart('worker');
    for (let i = 1; i < workers; i++) await test.system.addWorker();

    const expected = await Promise.all(ids.map(async (id) => Date.parse((await test.captures.read(id)).expectedBy)));
    const deadlineMs = 120_000;
    await test.until(
      () => ids.filter((id) => test.events.recordsOf(id).length === 0).length,
      (left) => left === 0,
      deadlineMs,
    );
    const log = await test.sandbox.calls();
    const made = log.filter((call) => call.status !== 429);
    const lastAt = Math.max(...made.map((call) => call.epochMs));
    const startedAt = Math.min(...made.map((call) => call.epochMs));
    const foreseenMs = Math.max(...expected) - submittedAt;
    return {
      ...measureBudget(made, parseWindows.parse(windows)),
      refused: log.length - made.length,
      expectationError: Math.abs(lastAt - startedAt - foreseenMs) / foreseenMs,
    };
  } finally {
    await test.close();
  }
}

/** The line that a proof ends with. */
export function toLine({ over, refused, used, seconds, expectationError }: BudgetProofResult): string {
  const figures = { over, refused, used: used.toFixed(3), seconds: seconds.toFixed(1) };
  const all = { ...figures, expectationError: expectationError.toFixed(2) };
  return Object.entries(all)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');
}
