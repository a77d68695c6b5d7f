import { setTimeout as delay } from 'node:timers/promises';
import type { Fleet } from '../fleet.ts';
import { type Scenario, withFaults } from '../scenario.ts';

const kills = { short: 200, full: 1_000 };
const killsOfEachPointMin = { short: 2, full: 10 };

/** One worker for each point but the publish, which only the worker that leads the outbox passes, whichever that is. */
const rules = [
  'before_call:0.2',
  'after_answer:0.2',
  'after_checkpoint:0.2',
  'after_decision:0.2',
  'before_completion:0.2',
];
const publishRule = 'after_publish:0.3';
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
    const isDone = (): boolean =>
      Date.now() >= deadline ||
      (fleet.kills >= kills[extent] && rareOf(fleet, killsOfEachPointMin[extent]).length === 0);
    let killing = true;
    const load = run.load.keepOpen(openMax, run.outcomes, () => killing);
    await Promise.all([load, killAtRandom(fleet, kills[extent], isDone).finally(() => (killing = false))]);
    await fleet.stop();

    const calm = await chaos.fleet({ size: 2 });
    const check = await run.end(fleet.kills);
    await calm.stop();
    const rare = rareOf(fleet, killsOfEachPointMin[extent]);
    return {
      figures: fleet.killsByPoint(),
      check: withFaults(check, [
        ...fleet.odd,
        fleet.kills < kills[extent] && `${fleet.kills} kills happened in time instead of ${kills[extent]}`,
        rare.length > 0 && `too few kills at ${rare.join(', ')}`,
      ]),
    };
  },
};

/** The points that killed fewer than so many. */
function rareOf(fleet: Fleet, min: number): string[] {
  const byPoint = fleet.killsByPoint();
  const points = [...rules, publishRule].map((rule) => rule.split(':')[0] ?? '');
  return [...points, 'random'].filter((point) => (byPoint[point] ?? 0) < min);
}

/** The points alone kill what is left to do: where starting takes long, few workers would live long enough to reach theirs. */
async function killAtRandom(fleet: Fleet, enough: number, isDone: () => boolean): Promise<void> {
  while (!isDone()) {
    await delay(Math.random() * 2 * betweenRandomKillsMs);
    if (fleet.kills < enough) await fleet.killAny();
  }
}
