import { setTimeout as delay } from 'node:timers/promises';
import type { ChaosSystem } from '../chaos-system.ts';
import type { Fleet } from '../fleet.ts';
import { type Submission, toSubmission } from '../load.ts';
import type { Run } from '../run.ts';
import { type Scenario, secondsSince, withFaults } from '../scenario.ts';

const workers = 2;
const concurrency = 5;
const backlog = { short: 150, full: 1_000 };
const awayMs = 20_000;
const hangsMs = 6_000;
const answerWithinMs = 2_000;
const resumeWithinSeconds = 10;
/** What health checks may take to notice a change, their own timeout included. */
const noticeWithinMs = 2_500;
const readyzTimeoutMs = 3_000;

/** Redis is stopped for 20 s, is killed and comes back from its append-only file, and hangs. */
export const redisOutage: Scenario = {
  name: 'redis-outage',
  async run(chaos, extent) {
    await chaos.sandbox.changeSettings({ latency: 'fixed:50' });
    // A capture whose record was the last thing that Redis took is the reconciler's, which would wait a minute.
    const env = { CONCURRENCY: String(concurrency), RECONCILE_EVERY_MS: '1000', RECONCILE_GRACE_MS: '3000' };
    const fleet = await chaos.fleet({ size: workers, env });
    await fleet.ready();
    const run = await chaos.begin(25);
    const imagesBefore = (await chaos.storedImages()).length;
    const stopped = await outage(chaos, fleet, run, backlog[extent], async (watch) => {
      await chaos.engines.redis.stop();
      await watch(awayMs);
      await chaos.engines.redis.start();
    });
    const killed = await outage(chaos, fleet, run, backlog[extent], async (watch) => {
      await chaos.engines.redis.kill();
      await watch(noticeWithinMs * 2);
      await chaos.engines.redis.start();
    });
    const hung = await outage(chaos, fleet, run, backlog[extent], async (watch) => {
      await chaos.redis.call('CLIENT', 'PAUSE', hangsMs, 'ALL');
      // The last round of questions must end before Redis answers again.
      await watch(hangsMs / 2);
    });
    // A worker that could not renew its locks may have lost every capture that it had under way.
    const check = await run.end(0, { extraCallsMax: 3 * workers * concurrency });
    await fleet.stop();
    const imagesLeft = (await chaos.storedImages()).length - imagesBefore;
    const all = { stopped, killed, hung };
    return {
      figures: Object.fromEntries(
        Object.entries(all).flatMap(([name, { figures }]) =>
          Object.entries(figures).map(([figure, value]) => [`${name}.${figure}`, value]),
        ),
      ),
      check: withFaults(check, [
        ...Object.entries(all).flatMap(([name, { faults }]) => faults.map((fault) => `${name}: ${fault}`)),
        ...fleet.odd,
        imagesLeft > 0 && `${imagesLeft} images of refused captures are left`,
      ]),
    };
  },
};

interface Outage {
  readonly figures: Record<string, number>;
  readonly faults: string[];
}

/** Fills the queue, lets Redis be away while watching what clients and probes are told, then times the recovery. */
async function outage(
  chaos: ChaosSystem,
  fleet: Fleet,
  run: Run,
  captures: number,
  cause: (watch: (forMs: number) => Promise<void>) => Promise<void>,
): Promise<Outage> {
  await run.load.insistOn(captures);
  const faults: string[] = [];
  const refused: Submission[] = [];
  let slowestMs = 0;
  await cause(async (forMs) => {
    slowestMs = await watchOutage({ chaos, fleet, run, faults, refused }, forMs);
  });
  const back = Date.now();
  const before = run.outcomes();
  const first = toSubmission(0, 25);
  const until = async (what: string, ask: () => boolean | Promise<boolean>): Promise<number> => {
    while (!(await ask())) {
      if (secondsSince(back) > resumeWithinSeconds) {
        faults.push(`${what} took longer than ${resumeWithinSeconds} s`);
        break;
      }
      await delay(20);
    }
    return secondsSince(back);
  };
  const [acceptedAfterSeconds, resumedAfterSeconds, readyAfterSeconds] = await Promise.all([
    until('accepting again', async () => (await run.load.submit(first)).status === 202),
    until('working again', () => run.outcomes() > before),
    until('being ready again', async () => (await unready(chaos, fleet)).length === 0),
  ]);
  // Whoever got no 202 does not know, and asks again with the same key.
  await Promise.all([first, ...refused].map((submission) => run.load.insist(submission)));
  return {
    faults,
    figures: { slowest503Ms: Math.round(slowestMs), acceptedAfterSeconds, resumedAfterSeconds, readyAfterSeconds },
  };
}

interface Watch {
  readonly chaos: ChaosSystem;
  readonly fleet: Fleet;
  readonly run: Run;
  /** Both are added to. */
  readonly faults: string[];
  readonly refused: Submission[];
}

/** Asks API and probes again and again; resolves to the longest time that a client waited for its 503. */
async function watchOutage({ chaos, fleet, run, faults, refused }: Watch, forMs: number): Promise<number> {
  const begun = Date.now();
  const slowest: number[] = [];
  for (let n = 1; Date.now() - begun < forMs; n += 1) {
    const submission = toSubmission(n, 25);
    const { status, ms } = await run.load.submit(submission);
    refused.push(submission);
    slowest.push(ms);
    if (status !== 503) faults.push(`a submission without Redis was answered ${status}`);
    if (ms > answerWithinMs) faults.push(`a submission without Redis took ${Math.round(ms)} ms`);
    const asked = Date.now();
    const notReady = await unready(chaos, fleet);
    if (asked - begun > noticeWithinMs && notReady.length < 1 + workers)
      faults.push('/readyz said ready without Redis');
    await delay(100);
  }
  return Math.max(...slowest);
}

/** Processes whose `/readyz` does not answer 200; throws when one does not answer at all. */
async function unready(chaos: ChaosSystem, fleet: Fleet): Promise<string[]> {
  const urls = [chaos.system.apiUrl, ...fleet.urls];
  const ready = await Promise.all(
    urls.map(async (url) => (await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(readyzTimeoutMs) })).ok),
  );
  return urls.filter((_, n) => !ready[n]);
}
