import { setTimeout as delay } from 'node:timers/promises';
import { keys } from '@identity-events/shared/store/keys';
import type { ChaosSystem } from '../chaos-system.ts';
import { type Scenario, secondsSince, withFaults } from '../scenario.ts';
import { startSdkSubscriber } from '../sdk-subscriber.ts';

const captures = { short: 1_200, full: 6_000 };
/** How long Kafka is away at least. */
const awayMs = { short: 0, full: 600_000 };
/** A person's captures of different waves are decided one after the other, so their order in Kafka is known. */
const waves = 4;
const subjects = 60;
const decideWithinMs = 300_000;
/** How much later than the events a subscriber may be, which has to notice that Kafka is back. */
const hearWithinMs = 60_000;

/** Kafka is away while captures are decided, and comes back; a subscriber of the SDK hears of each once. */
export const kafkaAway: Scenario = {
  name: 'kafka-away',
  async run(chaos, extent) {
    const fleet = await chaos.fleet({ size: 2, env: { CONCURRENCY: '20' } });
    await fleet.ready();
    const subscriber = await startSdkSubscriber(chaos.engines.kafka.address);
    const run = await chaos.begin(subjects);
    await chaos.engines.kafka.kill();
    const away = Date.now();
    const depths: number[] = [];
    for (let wave = 1; wave <= waves; wave += 1) {
      await run.load.insistOn(captures[extent] / waves);
      depths.push(await decided(chaos, run.load.accepted.length));
    }
    await delay(Math.max(0, away + awayMs[extent] - Date.now()));
    const secondsAway = secondsSince(away);
    const ready = await Promise.all(
      fleet.urls.map(async (url) => (await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(3_000) })).status),
    );
    await chaos.engines.kafka.start();
    const back = Date.now();
    while ((await chaos.redis.xlen(keys.outbox)) > 0 && secondsSince(back) < 60) await delay(50);
    const publishedAfterSeconds = secondsSince(back);
    const check = await run.end(0);
    const unheard = await subscriber.faults(
      run.load.accepted.map(({ captureId }) => captureId),
      hearWithinMs,
    );
    const heardAfterSeconds = secondsSince(back);
    await subscriber.stop();
    await fleet.stop();
    const outbox = depths.at(-1) ?? 0;
    return {
      figures: { outbox, secondsAway, publishedAfterSeconds, heardAfterSeconds },
      check: withFaults(check, [
        ...fleet.odd,
        ...unheard,
        outbox !== captures[extent] && `the outbox held ${outbox} events instead of ${captures[extent]}`,
        ready.some((status) => status !== 503) && `a worker's /readyz answered ${ready.join(' and ')} without Kafka`,
      ]),
    };
  },
};

/** Waits until the outbox holds so many events; resolves to how many it holds. */
async function decided({ redis }: ChaosSystem, events: number): Promise<number> {
  const deadline = Date.now() + decideWithinMs;
  for (;;) {
    const depth = await redis.xlen(keys.outbox);
    if (depth >= events || Date.now() > deadline) return depth;
    await delay(50);
  }
}
