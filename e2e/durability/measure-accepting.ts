import { randomUUID } from 'node:crypto';
import { connectPatiently } from '@identity-events/shared/runtime/redis';
import { openTestSystem, type TestSystem } from '../support/test-system.ts';

/** Redis' ways of flushing its append-only file. */
export const flushings = ['everysec', 'always'] as const;
export type Flushing = (typeof flushings)[number];

/** What one round of submissions came to. */
export interface Round {
  readonly acceptedPerSecond: number;
  readonly medianMs: number;
  readonly p99Ms: number;
}

export interface Extent {
  readonly rounds: number;
  readonly roundMs: number;
  /** Clients that wait for their answer before they submit again. */
  readonly clients: number;
}

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/**
 * Measures how fast `link` captures are accepted over HTTP under each flushing, in turns on one system. Resolves to the
 * median over each one's rounds.
 */
export async function measureAccepting({ rounds, roundMs, clients }: Extent): Promise<Record<Flushing, Round>> {
  // Next to no provider calls, so that the workers leave the machine to the API.
  const env = { worker: { VLENS_WINDOWS: '1/10s' } };
  const system = await openTestSystem({ name: 'durability', database: 0, own: ['redis'], env });
  const redis = connectPatiently(system.engines.redis?.address ?? '', silent);
  try {
    await submitFor(system, roundMs, clients);
    const measured: Record<Flushing, Round[]> = { everysec: [], always: [] };
    for (let round = 0; round < rounds; round += 1) {
      for (const flushing of flushings) {
        await redis.config('SET', 'appendfsync', flushing);
        measured[flushing].push(await submitFor(system, roundMs, clients));
      }
    }
    return { everysec: medianOf(measured.everysec), always: medianOf(measured.always) };
  } finally {
    redis.disconnect();
    await system.close();
  }
}

async function submitFor({ captures }: TestSystem, roundMs: number, clients: number): Promise<Round> {
  const took: number[] = [];
  const begun = performance.now();
  const client = async (): Promise<void> => {
    while (performance.now() - begun < roundMs) {
      const asked = performance.now();
      await captures.link('0000', { subject: `durable-${randomUUID()}` });
      took.push(performance.now() - asked);
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  const seconds = (performance.now() - begun) / 1_000;
  const sorted = took.toSorted((a, b) => a - b);
  return { acceptedPerSecond: took.length / seconds, medianMs: at(sorted, 0.5), p99Ms: at(sorted, 0.99) };
}

const at = (sorted: readonly number[], share: number): number => sorted[Math.floor(sorted.length * share)] ?? 0;

function medianOf(rounds: readonly Round[]): Round {
  const median = (of: (round: Round) => number): number =>
    at(
      rounds.map(of).toSorted((a, b) => a - b),
      0.5,
    );
  return {
    acceptedPerSecond: median((round) => round.acceptedPerSecond),
    medianMs: median((round) => round.medianMs),
    p99Ms: median((round) => round.p99Ms),
  };
}
