import { setTimeout as delay } from 'node:timers/promises';
import { type Scenario, withFaults } from '../scenario.ts';

const kills = { short: 6, full: 50 };
const openMax = 150;
const upForMs = 600;
const repeated = 20;

/** The API is killed while it accepts; its clients insist with the same key, also on what was accepted before. */
export const apiKills: Scenario = {
  name: 'api-kills',
  async run(chaos, extent) {
    const fleet = await chaos.fleet({ size: 2, env: { CONCURRENCY: '5' } });
    const run = await chaos.begin(25);
    let killed = 0;
    const load = run.load.keepOpen(openMax, run.outcomes, () => killed < kills[extent]);
    for (; killed < kills[extent]; killed += 1) {
      await delay(Math.random() * 2 * upForMs);
      await chaos.system.parts.api.kill();
      await chaos.system.restart('api');
      await run.load.repeatLatest(repeated);
    }
    await load;
    const check = await run.end(killed, { extraCallsMax: 0 });
    await fleet.stop();
    return {
      figures: { answersOf202: run.load.accepted.length, imagesLeft: (await chaos.storedImages()).length },
      check: withFaults(check, fleet.odd),
    };
  },
};
