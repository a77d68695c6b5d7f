import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { acceptedAtOf, captureQueueName, redisPrefix } from '../contracts/capture-job.ts';
import { whileRedisIsUp } from './redis-errors.ts';

/** Jobs of one state, and since when the first of them is in it (epoch ms; null when there is none). */
export interface JobsInState {
  readonly state: 'waiting' | 'delayed' | 'active' | 'failed';
  readonly count: number;
  /** Of waiting jobs: accepted. Delayed: due, which is ahead unless they are late. Active: begun. Failed: died. */
  readonly oldestAt: number | null;
}

/** BullMQ keeps a delayed job's time in the upper bits of its score, for the jobs of one millisecond to stay in order. */
const delayedScorePerMs = 0x1000;

/** How the capture queue stands. Throws `AppError('redis_unavailable')`. */
export interface QueueState {
  /** Costs the same however many jobs there are, and reads no job's data: a poisonous one is counted as any other. */
  read(): Promise<JobsInState[]>;
  /** Whether a worker that asks at `now` (epoch ms) should get a job: not from a paused queue. */
  isWorkDue(now: number): Promise<boolean>;
  close(): Promise<void>;
}

/** BullMQ makes delayed jobs waiting ones a little late; this late, no worker does. */
const lateMs = 1_000;

export function createQueueState(redis: Redis): QueueState {
  const queue = new Queue(captureQueueName, { connection: redis, prefix: redisPrefix });
  queue.on('error', () => undefined);
  const key = (part: string): string => queue.toKey(part);

  async function waiting(): Promise<JobsInState> {
    const [plain, ranked, first, [firstRanked]] = await Promise.all([
      redis.llen(key('wait')),
      redis.zcard(key('prioritized')),
      redis.lindex(key('wait'), -1),
      redis.zrange(key('prioritized'), '0', '0'),
    ]);
    return { state: 'waiting', count: plain + ranked, oldestAt: earliest(acceptedAt(first), acceptedAt(firstRanked)) };
  }
  async function delayed(): Promise<JobsInState> {
    const [count, [, score]] = await Promise.all([
      redis.zcard(key('delayed')),
      redis.zrange(key('delayed'), '0', '0', 'WITHSCORES'),
    ]);
    const oldestAt = score === undefined ? null : Math.floor(Number(score) / delayedScorePerMs);
    return { state: 'delayed', count, oldestAt };
  }
  async function active(): Promise<JobsInState> {
    const [count, first] = await Promise.all([redis.llen(key('active')), redis.lindex(key('active'), -1)]);
    const begun = first === null ? null : await redis.hget(key(first), 'processedOn');
    return { state: 'active', count, oldestAt: begun === null ? null : Number(begun) };
  }
  async function failed(): Promise<JobsInState> {
    const [count, [, diedAt]] = await Promise.all([
      redis.zcard(key('failed')),
      redis.zrange(key('failed'), '0', '0', 'WITHSCORES'),
    ]);
    return { state: 'failed', count, oldestAt: diedAt === undefined ? null : Number(diedAt) };
  }

  return {
    read: () => whileRedisIsUp(() => Promise.all([waiting(), delayed(), active(), failed()])),
    isWorkDue: (now) =>
      whileRedisIsUp(async () => {
        const [isPaused, ready, late] = await Promise.all([queue.isPaused(), waiting(), delayed()]);
        return !isPaused && (ready.count > 0 || (late.oldestAt !== null && late.oldestAt <= now - lateMs));
      }),
    close: () => queue.close(),
  };
}

function acceptedAt(jobId: string | null | undefined): number | null {
  return jobId ? acceptedAtOf(jobId) : null;
}

function earliest(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.min(a, b);
}
