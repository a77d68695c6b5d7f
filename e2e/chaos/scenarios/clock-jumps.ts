import { writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { ChaosSystem } from '../chaos-system.ts';
import type { Run } from '../run.ts';
import { type Scenario, secondsSince, withFaults } from '../scenario.ts';

const hourMs = 3_600_000;
const shifts = {
  short: [hourMs, 0, -hourMs, 0],
  full: [hourMs, 0, -hourMs, 0, hourMs, -hourMs, 0, -hourMs, hourMs, 0],
};
const captures = { short: 25, full: 100 };
const window = '20/1s';
const recoverWithinSeconds = 25;

/** The clocks of API and workers jump by an hour ahead and back while captures wait for their turn and for their retry. */
export const clockJumps: Scenario = {
  name: 'clock-jumps',
  async run(chaos, extent) {
    await chaos.sandbox.changeSettings({ rateWindows: window });
    const env = { CONCURRENCY: '5', VLENS_WINDOWS: window, VLENS_WINDOW_MARGIN_MS: '400', ...chaos.shiftedClock };
    const fleet = await chaos.fleet({ size: 2, env });
    await fleet.ready();
    const run = await chaos.begin(25);
    const firstCall = (await chaos.sandbox.callsSince(0)).length;
    const seconds: number[] = [];
    for (const shift of shifts[extent]) seconds.push(await jump(chaos, run, shift, captures[extent]));
    const calls = await chaos.sandbox.callsSince(firstCall);
    const refused = calls.filter(({ status, fault }) => status === 429 && fault === null).length;
    const check = await run.end(0, { clocksAgree: false });
    await fleet.stop();
    return {
      figures: { secondsToRecover: seconds.join(','), callsBeyondBudget: refused },
      check: withFaults(check, [
        ...fleet.odd,
        refused > 0 && `${refused} calls were beyond the budget`,
        ...seconds.map((each) => each > recoverWithinSeconds && `recovering from a jump took ${each} s`),
      ]),
    };
  },
};

/** Fills the waiting room and has some calls fail, jumps, submits more; resolves to the time until all is done. */
async function jump(chaos: ChaosSystem, run: Run, shiftMs: number, count: number): Promise<number> {
  await chaos.sandbox.addFault({ kind: 'status', status: 500, times: 4 });
  await run.load.insistOn(count);
  await writeFile(chaos.shiftedClock.CLOCK_SHIFT_FILE, String(shiftMs));
  const jumped = Date.now();
  await run.load.insistOn(count);
  while (run.outcomes() < run.load.accepted.length && secondsSince(jumped) <= recoverWithinSeconds * 2) await delay(50);
  return secondsSince(jumped);
}
