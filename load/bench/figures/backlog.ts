import type { Redis } from 'ioredis';
import { openHttpDoor } from '../../src/doors/http-door.ts';
import { drive } from '../../src/drive.ts';
import { createLatency, type Latency, type LatencySummary } from '../../src/measure/latency.ts';
import { atMost, digits } from '../finding.ts';
import { linkSubmissions, preloadOurs } from '../preload.ts';
import { startSecondApi } from '../second-api.ts';
import type { Figure } from './figure.ts';

const perSecond = 200;
const segmentSeconds = 4;
/** Segments for each round of the other figures: a 99th percentile needs many. */
const segmentsPerRound = 4;

/** A server, and where the latencies of its answers go. */
interface Measured {
  readonly url: string;
  readonly latency: Latency;
}

/** Accepts at a steady rate that leaves the API most of its time, by an open model. The first comes after `offsetMs`. */
async function measureSegment({ url, latency }: Measured, apiKey: string, offsetMs: number): Promise<void> {
  const next = await linkSubmissions('backlog');
  const door = openHttpDoor({ url, apiKey, connections: 64, timeoutMs: 10_000 });
  const send = async (dueAt: number): Promise<void> => {
    const answer = await door.submit(next());
    if ('refused' in answer) throw new Error(`a capture was refused: ${answer.refused}`);
    latency.record(performance.now() - dueAt);
  };
  const skip = (): never => {
    throw new Error('too many submissions under way');
  };
  const arrivals = Array.from({ length: perSecond * segmentSeconds }, (_, n) => n / perSecond + offsetMs / 1_000);
  await drive({ arrivals, send, skip, inFlightMax: 2_000 });
  await door.close();
}

/** Redis rewrites its append-only file when it has doubled; that is not what is asked for here. */
async function untilRedisIsCalm(redis: Redis): Promise<void> {
  await redis.config('SET', 'auto-aof-rewrite-percentage', '0');
  for (;;) {
    const persistence = await redis.info('persistence');
    if (persistence.includes('aof_rewrite_in_progress:0') && persistence.includes('aof_rewrite_scheduled:0')) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

export const backlog: Figure = async (stage, { backlog: queued, rounds }) => {
  await stage.setWorkers(false);
  await stage.clear();
  await using second = await startSecondApi(stage);
  await preloadOurs(stage, queued, await linkSubmissions('backlog'));
  for (const redis of [stage.redis, second.redis]) await untilRedisIsCalm(redis);
  const empty = { url: second.url, latency: createLatency() };
  const waiting = { url: stage.ours.url, latency: createLatency() };
  const segments = rounds * segmentsPerRound;
  const half = 500 / perSecond;
  // At the same time, each between the other's arrivals: stalls, queue or no queue, make most of a 99th percentile, and differ from one moment to the next.
  for (let segment = -1; segment < segments; segment += 1) {
    await second.redis.flushdb('SYNC');
    const [emptyAt, waitingAt] = segment % 2 === 0 ? [0, half] : [half, 0];
    await Promise.all([measureSegment(empty, stage.apiKey, emptyAt), measureSegment(waiting, stage.apiKey, waitingAt)]);
    // The one before the first is for warming up.
    if (segment === -1) for (const { latency } of [empty, waiting]) latency.reset();
  }
  const inQueue = await stage.ours.queue.getWaitingCount();
  await stage.clear();
  const [ofEmpty, ofWaiting] = [empty.latency.summary(), waiting.latency.summary()];
  const row = (name: string, { p50Ms, p99Ms }: LatencySummary): string[] => [
    name,
    `${digits(p50Ms)} ms`,
    `${digits(p99Ms)} ms`,
  ];
  return {
    name: 'backlog',
    title: 'Accepting while others wait',
    how: `${perSecond} \`link\` captures per second by an open model to each of two APIs at the same time, each with a Redis of its own: one with an empty queue, one with ${inQueue.toLocaleString('en')} captures waiting. Percentiles of all ${ofEmpty.count.toLocaleString('en')} in ${segments} segments of ${segmentSeconds} s, before each of which the one queue is emptied.`,
    verdicts: [atMost('p99 against an empty queue', ofWaiting.p99Ms / ofEmpty.p99Ms, 1.2, ' times')],
    table: {
      head: ['', 'p50', 'p99'],
      rows: [row('empty', ofEmpty), row(`${queued.toLocaleString('en')} waiting`, ofWaiting)],
    },
  };
};
