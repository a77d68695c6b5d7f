import type { CaptureFields } from '@identity-events/shared/contracts/capture';
import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { atMost, digits } from '../finding.ts';
import { linkSubmissions, preloadOurs } from '../preload.ts';
import type { Stage } from '../stage.ts';
import type { Figure } from './figure.ts';

const bulk = 500;

/** Bytes that Redis holds more after something than before. */
async function grownBy({ redis }: Stage, run: () => Promise<void>): Promise<number> {
  const before = await usedMemory(redis);
  await run();
  return (await usedMemory(redis)) - before;
}

async function usedMemory(redis: Redis): Promise<number> {
  return Number(/used_memory_dataset:(\d+)/.exec(await redis.info('memory'))?.[1]);
}

/** A job with nothing around it: the fields as they were submitted, BullMQ's own id. */
async function addBareJobs(redis: Redis, count: number, next: () => { readonly fields: CaptureFields }): Promise<void> {
  const queue = new Queue<CaptureFields>('bare-jobs', { connection: redis });
  for (let done = 0; done < count; done += bulk) {
    const jobs = Array.from({ length: Math.min(bulk, count - done) }, () => ({ name: 'capture', data: next().fields }));
    await queue.addBulk(jobs);
  }
}

/** Where the bytes of a capture are, from a sample of keys. */
async function sampleKeys(redis: Redis): Promise<[name: string, bytes: number][]> {
  const kinds: [name: string, pattern: string, type: string][] = [
    ['record', '{idv}:capture:*', 'hash'],
    ['token', '{idv}:user-token:*', 'string'],
    ['job', '{idv}:captures:cap_*', 'hash'],
    ['idempotency', '{idv}:idem:*', 'string'],
  ];
  return Promise.all(
    kinds.map(async ([name, pattern, type]) => {
      const [, found] = await redis.scan(0, 'MATCH', pattern, 'COUNT', 2_000, 'TYPE', type);
      const sizes = await Promise.all(
        found.slice(0, 100).map(async (key) => Number(await redis.memory('USAGE', key, 'SAMPLES', 0))),
      );
      return [name, sizes.reduce((sum, size) => sum + size, 0) / Math.max(1, sizes.length)];
    }),
  );
}

/** Bytes of Redis for each waiting capture, and for each bare job with the same fields. */
export async function measureMemory(stage: Stage, count: number) {
  const next = await linkSubmissions('memory');
  await stage.setWorkers(false);
  await stage.clear();
  const bare = (await grownBy(stage, () => addBareJobs(stage.redis, count, next))) / count;
  await stage.clear();
  const ours = (await grownBy(stage, () => preloadOurs(stage, count, next))) / count;
  const parts = await sampleKeys(stage.redis);
  await stage.clear();
  return { bare, ours, parts };
}

export const memory: Figure = async (stage, { captures }) => {
  const count = captures * 5;
  const { bare, ours, parts } = await measureMemory(stage, count);
  const known = parts.reduce((sum, [, bytes]) => sum + bytes, 0);
  return {
    name: 'memory',
    title: 'Redis memory of a queued `link` capture',
    how: `What Redis' dataset grows by for each of ${count.toLocaleString('en')} captures of 1 KB, record, token, job, idempotency, index and watchlist together; against BullMQ jobs with the same fields as data and nothing else.`,
    verdicts: [atMost('bytes, of a bare job', ours / bare, 1.5, ' times')],
    table: {
      head: ['', 'bytes for each'],
      rows: [
        ['bare job', digits(bare)],
        ['ours', digits(ours)],
        ...parts.map(([name, bytes]) => [`of these the ${name}`, digits(bytes)]),
        ['of these index, watchlist, lists and tables', digits(ours - known)],
      ],
    },
  };
};
