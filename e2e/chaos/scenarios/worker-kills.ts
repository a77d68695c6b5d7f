import { setTimeout as delay } from 'node:timers/promises';
import type { Fleet } from '../fleet.ts';
import { type Scenario, withFaults } from '../scenario.ts';

const kills = { short: 200, full: 1_000 };
const killsOfEachPointMin = { short: 2, full: 10 };

/** One worker for each point but the publish, which only the worker that leads the outbox passes, whichever that is. */
const rules = [
  'before_call:0.1',
  'after_answer:0.1',
  'after_checkpoint:0.1',
  'after_decision:0.1',
  'before_completion:0.1',
];
const publishRule = 'after_publish:0.2';
const betweenRandomKillsMs = 500;
const openMax = 50;
const deadlineMs = { short: 240_000, full: 1_800_000 };

/** Workers are killed at every point of a capture's way and at any moment, under load. */
export const workerKills: Scenario = {
  name: 'worker-kills',
  async run(chaos, extent) {
    // One capture at a time, so that a kill can't cost more than one answer.
    const env = { CONCURRENCY: '1' };
    const envOf = (n: number) => ({ CRASH_AT: `${rules[n]},${publishRule}` });
    const fleet = await chaos.fleet({ size: rules.length, env, envOf });
    const run = await chaos.begin(25);
    const deadline = Date.now() + deadlineMs[extent];
    const mayGoOn = (): boolean => fleet.kills < kills[extent] && Date.now() < deadline;
    await Promise.all([run.load.keepOpen(openMax, run.outcomes, mayGoOn), killAtRandom(fleet, mayGoOn)]);
    await fleet.stop();

    const calm = await chaos.fleet({ size: 2 });
    const check = await run.end(fleet.kills);
    await calm.stop();
    const byPoint = fleet.killsByPoint();
    const rare = Object.keys(byPoint).filter((point) => (byPoint[point] ?? 0) < killsOfEachPointMin[extent]);
    return {
      figures: byPoint,
      check: withFaults(check, [
        ...fleet.odd,
        fleet.kills < kills[extent] && `${fleet.kills} kills happened in time instead of ${kills[extent]}`,
        rare.length > 0 && `too few kills at ${rare.join(', ')}`,
        Object.keys(byPoint).length <= rules.length + 1 && 'some point killed nobody',
      ]),
    };
  },
};

async function killAtRandom(fleet: Fleet, mayGoOn: () => boolean): Promise<void> {
  while (mayGoOn()) {
    await delay(Math.random() * 2 * betweenRandomKillsMs);
    await fleet.killAny();
  }
}
