import type { Redis } from 'ioredis';
import { toCaptureJob } from '../contracts/capture-job.ts';
import { failedBy } from '../contracts/decision.ts';
import { toIdentityEvent } from '../contracts/to-identity-event.ts';
import { createCaptures, type NewCapture } from './captures.ts';

/** What stands under one key of Redis. */
type Stored =
  | { readonly hash: Readonly<Record<string, string>> }
  | { readonly string: string }
  | { readonly zset: readonly string[] }
  | { readonly stream: readonly (readonly [string, readonly string[]])[] };

/** What a version leaves in Redis of two captures: one that waits, and one that is decided and not yet in Kafka. */
export interface Layout {
  readonly jobs: readonly ReturnType<typeof toCaptureJob>[];
  readonly keys: Readonly<Record<string, Stored>>;
}

const acceptedAt = Date.UTC(2026, 10, 24);
const [waitingId, decidedId] = ['1', '2'].map(
  (n) => `cap_${acceptedAt.toString(16).padStart(12, '0')}7${n.repeat(19)}`,
);

/** The same two captures for every version. */
export const layoutCaptures = {
  waiting: {
    ...{ id: waitingId as string, tenant: 'demo', subject: 'person-1', kind: 'link', lane: 'bulk' },
    ...{ createdAt: acceptedAt, expiresAt: acceptedAt + 3_600_000 },
    ...{ transactionId: '00000000-0000-4000-8000-000000000001', userToken: Buffer.from('sealed') },
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  },
  decided: {
    ...{ id: decidedId as string, tenant: 'demo', subject: 'person-2', kind: 'national_id', lane: 'interactive' },
    ...{ createdAt: acceptedAt, expiresAt: acceptedAt + 3_600_000 },
    ...{ transactionId: '00000000-0000-4000-8000-000000000002', userToken: Buffer.from('sealed') },
  },
} as const satisfies Record<string, NewCapture>;

/** The claim with which a capture of a layout was accepted. */
export const layoutClaim = ({ id }: Pick<NewCapture, 'id'>) => ({
  key: `key of ${id}`,
  fingerprint: 'f',
  windowMs: 86_400_000,
});

/** Has this version write its layout into an empty Redis, and reads it. What Redis makes up by its clock is made the same. */
export async function writeLayout(redis: Redis): Promise<Layout> {
  const captures = createCaptures(redis);
  const { waiting, decided } = layoutCaptures;
  for (const capture of [waiting, decided]) {
    await captures.accept(capture, layoutClaim(capture), [{ calls: 10, ms: 1_000 }]);
  }
  await captures.begin(decided.id);
  await captures.keepStep(decided, 'front', { finishedAt: acceptedAt + 1_000, durationMs: 900 });
  const decidedAt = acceptedAt + 2_000;
  const event = toIdentityEvent(decided, failedBy('aml_match'), decidedAt);
  await captures.finish({ captureId: decided.id, tenant: 'demo', event, decidedAt, retentionMs: 86_400_000 });
  return { jobs: [toCaptureJob(waiting)], keys: await readKeys(redis) };
}

async function readKeys(redis: Redis): Promise<Layout['keys']> {
  const found: [string, Stored][] = [];
  for (const key of (await redis.keys('{idv}:*')).sort()) found.push([key, await readKey(redis, key)]);
  const [entry] = (await redis.xrange('{idv}:outbox', '-', '+'))[0] ?? [''];
  return JSON.parse(JSON.stringify(Object.fromEntries(found)).replaceAll(entry, '1-1')) as Layout['keys'];
}

async function readKey(redis: Redis, key: string): Promise<Stored> {
  switch (await redis.type(key)) {
    case 'hash':
      return {
        hash: Object.fromEntries(Object.entries(await redis.hgetall(key)).sort(([a], [b]) => (a < b ? -1 : 1))),
      };
    case 'string':
      return { string: (await redis.get(key)) ?? '' };
    case 'zset':
      return { zset: await redis.zrange(key, '0', '-1', 'WITHSCORES') };
    case 'stream':
      return { stream: await redis.xrange(key, '-', '+') };
    default:
      throw new Error(`${key} is of a type that layouts do not have`);
  }
}

/** Puts a layout into an empty Redis, but for its jobs. */
export async function restoreLayout(redis: Redis, { keys }: Layout): Promise<void> {
  for (const [key, stored] of Object.entries(keys)) {
    if ('hash' in stored) await redis.hset(key, stored.hash);
    else if ('string' in stored) await redis.set(key, stored.string);
    else if ('zset' in stored) {
      for (let i = 0; i < stored.zset.length; i += 2) {
        await redis.zadd(key, stored.zset[i + 1] as string, stored.zset[i] as string);
      }
    } else for (const [id, fields] of stored.stream) await redis.xadd(key, id, ...fields);
  }
}
