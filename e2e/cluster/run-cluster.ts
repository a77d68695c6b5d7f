import { setTimeout as delay } from 'node:timers/promises';
import { keys } from '@identity-events/shared/store/keys';
import type { RunCheck } from '../chaos/check-run.ts';
import { toSubmission } from '../chaos/load.ts';
import { beginRun, type Run } from '../chaos/run.ts';
import { secondsSince, withFaults } from '../chaos/scenario.ts';
import { type ClusterSystem, concurrency, workers } from './cluster-system.ts';
import { linesAbout, type PartsWatch, watchParts } from './watch-parts.ts';

const people = 25;
const untroubled = 200;
const openMax = 100;
/** How long the system works with a machine missing, and with all of them between two losses. */
const missingMs = 8_000;
const wholeMs = 3_000;
/** Until a replica is primary: 2 s without a word, an election, and connections made anew. */
const failoverWithinSeconds = 20;
const missingToldMost = 10;
const providerLatency = 'fixed:50';

/** What a run told, for people. */
export interface ClusterRun {
  readonly check: RunCheck;
  readonly figures: readonly string[];
  /** What led to it, for when it is not what it should be. */
  readonly story: string;
}

/**
 * Works for a while, then loses machines under load, twice: a Kafka broker, a worker, and the Redis primary that serves the captures.
 * Each comes back before the next of its kind is lost. Throws when the system does not go on in time.
 */
export async function runCluster(system: ClusterSystem): Promise<ClusterRun> {
  await system.sandbox.changeSettings({ latency: providerLatency });
  const run = await beginRun(system, people);
  const watch = watchParts(system, run);
  try {
    const told = await loseAll(system, run, watch);
    return { ...told, story: watch.story() };
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n${watch.story()}`, { cause: error });
  } finally {
    await watch.stop();
  }
}

async function loseAll(system: ClusterSystem, run: Run, watch: PartsWatch): Promise<Omit<ClusterRun, 'story'>> {
  const { fleet } = system;
  await run.load.insistOn(untroubled);
  const figures: string[] = [];
  let losing = true;
  const load = run.load.keepOpen(openMax, run.outcomes, () => losing);
  const losses = async (): Promise<void> => {
    for (const broker of [0, 1]) figures.push(await loseMachines(system, { run, watch, broker }));
    losing = false;
  };
  await Promise.all([load, losses().finally(() => (losing = false))]);
  // Whoever lost its connection may have lost every capture that it had under way, and the checkpoints that were not copied yet.
  const check = await run.end(fleet.kills, { extraCallsMax: 2 * workers * concurrency + fleet.kills * concurrency });
  await noteMissing(system, run, watch);
  return { check: withFaults(check, fleet.odd), figures };
}

/** Was it never stored, not decided, or published and is not there? */
async function noteMissing({ events, fleet, redis }: ClusterSystem, { load }: Run, watch: PartsWatch): Promise<void> {
  const missing = load.accepted.filter(({ captureId }) => events.recordsOf(captureId).length === 0);
  for (const { captureId } of missing.slice(0, missingToldMost)) {
    const [status, published] = await redis.hmget(keys.capture(captureId), 'status', 'published');
    watch.mark(`${captureId} without an outcome: status=${status} published=${published}`);
    for (const line of linesAbout(captureId, fleet.logFiles)) watch.mark(line);
  }
}

interface Loss {
  readonly run: Run;
  readonly watch: PartsWatch;
  /** Which one. */
  readonly broker: number;
}

async function loseMachines(system: ClusterSystem, { run, watch, broker: lost }: Loss): Promise<string> {
  const { brokers, cluster, fleet } = system;
  await delay(wholeMs);
  const broker = brokers[lost];
  await broker?.kill();
  watch.mark(`${broker?.name} killed`);
  await delay(wholeMs);
  await fleet.killAny();
  const primary = await cluster.primary();
  await primary.kill();
  watch.mark(`a worker and ${primary.name} killed`);
  const begun = Date.now();
  const worked = run.outcomes();
  const [acceptedAfter, workedAfter] = await Promise.all([
    until('accepting', begun, async () => (await run.load.submit(toSubmission(0, people))).status === 202),
    until('outcomes', begun, async () => run.outcomes() > worked + openMax),
  ]);
  await delay(missingMs);
  await primary.start();
  await broker?.start();
  await cluster.replicated();
  watch.mark('all are back');
  return `without a broker, a worker and ${primary.name}: accepting after ${acceptedAfter} s, ${openMax} outcomes more after ${workedAfter} s`;
}

async function until(what: string, begun: number, ask: () => Promise<boolean>): Promise<number> {
  while (!(await ask())) {
    if (secondsSince(begun) > failoverWithinSeconds) throw new Error(`no ${what} within ${failoverWithinSeconds} s`);
    await delay(50);
  }
  return secondsSince(begun);
}
