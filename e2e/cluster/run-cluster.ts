import { setTimeout as delay } from 'node:timers/promises';
import type { RunCheck } from '../chaos/check-run.ts';
import { toSubmission } from '../chaos/load.ts';
import { beginRun, type Run } from '../chaos/run.ts';
import { secondsSince, withFaults } from '../chaos/scenario.ts';
import { type ClusterSystem, concurrency, workers } from './cluster-system.ts';

const people = 25;
const untroubled = 200;
const openMax = 100;
/** How long the system works with a machine missing, and with all of them between two losses. */
const missingMs = 8_000;
const wholeMs = 3_000;
/** Until a replica is primary: 2 s without a word, an election, and connections made anew. */
const failoverWithinSeconds = 20;
const providerLatency = 'fixed:50';

/** What a run told, for people. */
export interface ClusterRun {
  readonly check: RunCheck;
  readonly figures: readonly string[];
}

/**
 * Works for a while, then loses machines under load, twice: a Kafka broker, a worker, and the Redis primary that serves the captures.
 * Each comes back before the next of its kind is lost. Throws when the system does not go on in time.
 */
export async function runCluster(system: ClusterSystem): Promise<ClusterRun> {
  const { fleet } = system;
  await system.sandbox.changeSettings({ latency: providerLatency });
  const run = await beginRun(system, people);
  await run.load.insistOn(untroubled);
  const figures: string[] = [];
  let losing = true;
  const load = run.load.keepOpen(openMax, run.outcomes, () => losing);
  const losses = async (): Promise<void> => {
    for (const broker of [0, 1]) figures.push(await loseMachines(system, run, broker));
    losing = false;
  };
  await Promise.all([load, losses().finally(() => (losing = false))]);
  // Whoever lost its connection may have lost every capture that it had under way, and the checkpoints that were not copied yet.
  const check = await run.end(fleet.kills, { extraCallsMax: 2 * workers * concurrency + fleet.kills * concurrency });
  return { check: withFaults(check, fleet.odd), figures };
}

async function loseMachines({ brokers, cluster, fleet }: ClusterSystem, run: Run, lost: number): Promise<string> {
  await delay(wholeMs);
  const broker = brokers[lost];
  await broker?.kill();
  await delay(wholeMs);
  await fleet.killAny();
  const primary = await cluster.primary();
  await primary.kill();
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
  return `without a broker, a worker and ${primary.name}: accepting after ${acceptedAfter} s, ${openMax} outcomes more after ${workedAfter} s`;
}

async function until(what: string, begun: number, ask: () => Promise<boolean>): Promise<number> {
  while (!(await ask())) {
    if (secondsSince(begun) > failoverWithinSeconds) throw new Error(`no ${what} within ${failoverWithinSeconds} s`);
    await delay(50);
  }
  return secondsSince(begun);
}
