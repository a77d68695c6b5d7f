import { setTimeout as delay } from 'node:timers/promises';
import type { ChaosSystem } from '../chaos-system.ts';
import { toSubmission } from '../load.ts';
import { type Scenario, withFaults } from '../scenario.ts';

const innocents = { short: 60, full: 600 };
const stallsMax = 8;
const concurrency = 10;
const deadlineMs = 60_000;
const unreadable = ['{"v":9}', '{', '"text"'];

/** Jobs that can't be read, and one whose every attempt kills its worker, among others. */
export const poison: Scenario = {
  name: 'poison',
  async run(chaos, extent) {
    const spoiled = await spoilJobs(chaos);
    await chaos.sandbox.changeSettings({ latency: 'fixed:300' });
    const crashing = await chaos.begin(1);
    const poisonId = await crashing.load.insist(toSubmission(1, 1, { subject: 'poison' }));
    const run = await chaos.begin(25);
    await run.load.insistOn(innocents[extent] / 2);
    const env = {
      CONCURRENCY: String(concurrency),
      POISON_STALLS_MAX: String(stallsMax),
      CRASH_AT: 'before_call:1@poison',
    };
    const fleet = await chaos.fleet({ size: 1, env });
    await run.load.insistOn(innocents[extent] / 2);
    const wanted = [...spoiled, poisonId];
    const letters = await deadLetters(chaos, wanted);
    const check = await run.end(fleet.kills, { extraCallsMax: fleet.kills * concurrency });
    await fleet.stop();
    await forget(chaos, wanted);
    return {
      figures: { deadLetters: letters.size },
      check: withFaults(check, [
        ...fleet.odd,
        ...spoiled.map(
          (id) => !letters.get(id)?.startsWith('unreadable') && `${id} is no dead letter: ${letters.get(id)}`,
        ),
        !letters.get(poisonId)?.startsWith('poison') && `the poison is no dead letter: ${letters.get(poisonId)}`,
        ...[...letters.keys()]
          .filter((id) => !wanted.includes(id))
          .map((id) => `${id} became a dead letter: ${letters.get(id)}`),
      ]),
    };
  },
};

/** Accepts captures while no worker runs and makes their jobs unreadable; resolves to their ids. */
async function spoilJobs(chaos: ChaosSystem): Promise<string[]> {
  const run = await chaos.begin(1);
  const ids: string[] = [];
  for (const [n, data] of unreadable.entries()) {
    const id = await run.load.insist(toSubmission(n + 1, 1));
    await chaos.redis.hset(`{idv}:captures:${id}`, 'data', data);
    ids.push(id);
  }
  return ids;
}

/** Waits until those captures are dead letters; resolves to all dead letters with their reasons. */
async function deadLetters({ redis }: ChaosSystem, wanted: readonly string[]): Promise<Map<string, string>> {
  const deadline = Date.now() + deadlineMs;
  for (;;) {
    const ids = await redis.zrange('{idv}:captures:failed', '0', '-1');
    if (wanted.every((id) => ids.includes(id)) || Date.now() > deadline) {
      const reasons = await Promise.all(ids.map((id) => redis.hget(`{idv}:captures:${id}`, 'failedReason')));
      return new Map(ids.map((id, n) => [id, reasons[n] ?? '']));
    }
    await delay(100);
  }
}

/** Takes the dead letters away, as somebody who has looked at them would. */
async function forget({ redis }: ChaosSystem, ids: readonly string[]): Promise<void> {
  await redis.zrem('{idv}:captures:failed', ...ids);
  await redis.del(...ids.flatMap((id) => [`{idv}:captures:${id}`, `{idv}:capture:${id}`]));
}
