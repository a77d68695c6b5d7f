import { openHttpDoor } from '../../src/doors/http-door.ts';
import { drive } from '../../src/drive.ts';
import { createLatency, type LatencySummary } from '../../src/measure/latency.ts';
import { atMost, digits } from '../finding.ts';
import { linkSubmissions, preloadOurs } from '../preload.ts';
import type { Stage } from '../stage.ts';
import { median } from '../statistics.ts';
import type { Figure } from './figure.ts';

const perSecond = 200;
const segmentSeconds = 5;

/** Accept latencies at a steady rate that leaves the API most of its time, by an open model. */
async function measureSegment(stage: Stage): Promise<LatencySummary> {
  const next = await linkSubmissions('backlog');
  const door = openHttpDoor({ url: stage.ours.url, apiKey: stage.apiKey, connections: 64, timeoutMs: 10_000 });
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
async function untilRedisIsCalm({ redis }: Stage): Promise<void> {
  await redis.config('SET', 'auto-aof-rewrite-percentage', '0');
  for (;;) {
    const persistence = await redis.info('persistence');
    if (persistence.includes('aof_rewrite_in_progress:0') && persistence.includes('aof_rewrite_scheduled:0')) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

async function measureSegments(stage: Stage, rounds: number): Promise<LatencySummary[]> {
  const segments: LatencySummary[] = [];
  for (let round = 0; round < rounds; round += 1) segments.push(await measureSegment(stage));
  return segments;
}

export const backlog: Figure = async (stage, { backlog: queued, rounds }) => {
  await stage.setWorkers(false);
  await stage.clear();
  await untilRedisIsCalm(stage);
  await measureSegment(stage); // To warm up.
  await stage.clear();
  const before = await measureSegments(stage, rounds);
  await preloadOurs(stage, queued, await linkSubmissions('backlog'));
  await untilRedisIsCalm(stage);
  const full = await measureSegments(stage, rounds);
  const waiting = await stage.ours.queue.getWaitingCount();
  await stage.clear();
  const after = await measureSegments(stage, rounds);
  const empty = [...before, ...after];
  const of = (segments: readonly LatencySummary[], what: 'p50Ms' | 'p99Ms'): number =>
    median(segments.map((one) => one[what]));
  const row = (name: string, segments: readonly LatencySummary[]): string[] => [
    name,
    `${digits(of(segments, 'p50Ms'))} ms`,
    `${digits(of(segments, 'p99Ms'))} ms`,
  ];
  return {
    name: 'backlog',
    title: 'Accepting while others wait',
    how: `${perSecond} \`link\` captures per second by an open model, in segments of ${segmentSeconds} s: ${rounds} with an empty queue, ${rounds} with ${waiting.toLocaleString('en')} captures waiting, ${rounds} with an empty one again. Medians of the segments' percentiles.`,
    verdicts: [atMost('p99 against an empty queue', of(full, 'p99Ms') / of(empty, 'p99Ms'), 1.2, ' times')],
    table: {
      head: ['', 'p50', 'p99'],
      rows: [
        row('empty, before', before),
        row(`${queued.toLocaleString('en')} waiting`, full),
        row('empty, after', after),
      ],
    },
  };
};
