import { setTimeout as delay } from 'node:timers/promises';
import type { ChaosSystem } from '../chaos-system.ts';
import type { Fleet, Stopped } from '../fleet.ts';
import type { Run } from '../run.ts';
import { type Scenario, withFaults } from '../scenario.ts';

const rounds = { short: 1, full: 10 };
const workers = 3;
const openMax = 150;
const exitWithinSeconds = 15;

/** Every process is told to stop and is started again under load, one after the other. */
export const rollingRestart: Scenario = {
  name: 'rolling-restart',
  async run(chaos, extent) {
    await chaos.sandbox.changeSettings({ latency: 'fixed:150' });
    const fleet = await chaos.fleet({ size: workers, env: { CONCURRENCY: '10' } });
    await fleet.ready();
    const run = await chaos.begin(25);
    let rolling = true;
    const load = run.load.keepOpen(openMax, run.outcomes, () => rolling);
    const exits: Stopped[] = [];
    for (let round = 0; round < rounds[extent]; round += 1) {
      for (let worker = 0; worker < workers; worker += 1) exits.push(await fleet.roll(worker));
      exits.push(await rollApi(chaos));
    }
    rolling = false;
    await load;
    const hung = extent === 'full' ? await stopWhileCallHangs(chaos, fleet, run) : [];
    const check = await run.end(0);
    exits.push(...(await fleet.stop()));
    return {
      figures: {
        restarts: exits.length,
        slowestExitSeconds: Math.max(...exits.map(({ seconds }) => seconds)),
        ...(hung.length > 0
          ? { slowestExitWithHangingCallSeconds: Math.max(...hung.map(({ seconds }) => seconds)) }
          : {}),
      },
      check: withFaults(check, [
        ...fleet.odd,
        check.repeats > 0 && 'events were repeated',
        ...hung.map(
          ({ seconds }) => seconds > exitWithinSeconds && `with a call that hangs, a worker took ${seconds} s to end`,
        ),
        ...exits.map(({ code, signal, seconds }) =>
          code === 0 && seconds <= exitWithinSeconds
            ? undefined
            : `a process took ${seconds} s to end: ${signal ?? code}`,
        ),
      ]),
    };
  },
};

/** A call that does not end may cost a worker its clean exit, and nothing else. */
async function stopWhileCallHangs({ sandbox }: ChaosSystem, fleet: Fleet, run: Run): Promise<Stopped[]> {
  const before = (await sandbox.callsSince(0)).length;
  await sandbox.addFault({ kind: 'hang', times: workers });
  await run.load.insistOn(workers);
  while ((await sandbox.callsSince(before)).length < workers) await delay(50);
  return Promise.all(fleet.urls.map((_, worker) => fleet.roll(worker)));
}

async function rollApi({ system }: ChaosSystem): Promise<Stopped> {
  const begun = Date.now();
  const exit = await system.parts.api.stop();
  const seconds = (Date.now() - begun) / 1_000;
  await system.restart('api');
  return { ...exit, seconds };
}
