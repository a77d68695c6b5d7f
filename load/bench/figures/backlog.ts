import type { Redis } from 'ioredis';
import { openHttpDoor } from '../../src/doors/http-door.ts';
import { drive } from '../../src/drive.ts';
import { createLatency, type LatencySummary } from '../../src/measure/latency.ts';
import { atMost, digits } from '../finding.ts';
import { linkSubmissions, preloadOurs } from '../preload.ts';
import { startSecondApi } from '../second-api.ts';
import { alternate, medianOf, medianRatio } from '../statistics.ts';
import type { Figure } from './figure.ts';

const perSecond = 200;
const segmentSeconds = 4;
/** Segments of either kind for each round of the other figures: a 99th percentile of 800 is told by eight of them. */
const segmentsPerRound = 2;

/** Accept latencies at a steady rate that leaves the API most of its time, by an open model. */
async function measureSegment(url: string, apiKey: string): Promise<LatencySummary> {
  const next = await linkSubmissions('backlog');
  const door = openHttpDoor({ url, apiKey, connections: 64, timeoutMs: 10_000 });
  const latency = createLatency();
  const send = async (dueAt: number): Promise<void> => {
    const answer = await door.submit(next());
    if ('refused' in answer) throw new Error(`a capture was refused: ${answer.refused}`);
    latency.record(performance.now() - dueAt);
  };
  const skip = (): never => {
    throw new Error('too many submissions under way');
  };
  const arrivals = Array.from({ length: perSecond * segmentSeconds }, (_, n) => n / perSecond);
  await drive({ arrivals, send, skip, inFlightMax: 2_000 });
  await door.close();
  return latency.summary();
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
  // In turns, and not one after the other: what else happens on the machine changes a 99th percentile more than a backlog does.
  const segments = await alternate(['empty', 'waiting'], rounds * segmentsPerRound, async (state) => {
    if (state === 'waiting') return measureSegment(stage.ours.url, stage.apiKey);
    await second.redis.flushdb('SYNC');
    return measureSegment(second.url, stage.apiKey);
  });
  const waiting = await stage.ours.queue.getWaitingCount();
  await stage.clear();
  const p99 = ({ p99Ms }: LatencySummary): number => p99Ms;
  const row = (name: string, state: 'empty' | 'waiting'): string[] => [
    name,
    `${digits(medianOf(segments, state, ({ p50Ms }) => p50Ms))} ms`,
    `${digits(medianOf(segments, state, p99))} ms`,
  ];
  return {
    name: 'backlog',
    title: 'Accepting while others wait',
    how: `${perSecond} \`link\` captures per second by an open model, in segments of ${segmentSeconds} s in turns: ${segments.length} with an empty queue, ${segments.length} with ${waiting.toLocaleString('en')} captures waiting, each with an API and a Redis of its own. Medians of the segments' percentiles; the ratio is the median of those within pairs.`,
    verdicts: [atMost('p99 against an empty queue', medianRatio(segments, ['waiting', 'empty'], p99), 1.2, ' times')],
    table: {
      head: ['', 'p50', 'p99'],
      rows: [row('empty', 'empty'), row(`${queued.toLocaleString('en')} waiting`, 'waiting')],
    },
  };
};
