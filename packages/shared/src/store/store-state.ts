import type { Redis } from 'ioredis';
import { type CaptureKind, captureKinds, type Lane } from '../contracts/capture.ts';
import { acceptedAtOf } from '../contracts/capture-job.ts';
import { readImageUsage } from './image-usage.ts';
import { keys } from './keys.ts';
import { createOutbox } from './outbox.ts';
import { whileRedisIsUp } from './redis-errors.ts';
import { bulkRank } from './redis-provider-gate.ts';

/** How much is in a place, and since when the first of it is there (epoch ms; null when nothing is). */
export interface Amount {
  readonly count: number;
  readonly oldestAt: number | null;
}

/** Captures of one tenant that have not ended; since when: accepted. */
export interface OpenCaptures extends Amount {
  readonly tenant: string;
  readonly kind: CaptureKind;
  readonly status: 'queued' | 'processing';
}

/** Captures of one tenant that wait for a turn at the provider; since when: accepted. */
export interface WaitingRoom extends Amount {
  readonly tenant: string;
  readonly lane: Lane;
}

/** How much is where, as of now. */
export interface StoreState {
  readonly open: readonly OpenCaptures[];
  readonly rooms: readonly WaitingRoom[];
  /** A gate that only a probe may pass counts as closed. */
  readonly gates: readonly { readonly tenant: string; readonly closed: boolean }[];
  readonly outbox: Amount;
  /** Captures whose event is not in Kafka yet, and those of them that should have been looked after by `overdueBefore`. */
  readonly watched: { readonly count: number; readonly overdue: number };
  /** Bytes of images that wait in the store. */
  readonly images: readonly { readonly tenant: string; readonly bytes: number }[];
}

/**
 * Reads how much is where. It costs the same however many captures there are: every command counts a set or looks at its
 * end. Throws `AppError('redis_unavailable')`.
 */
export async function readStoreState(
  redis: Redis,
  tenants: readonly string[],
  overdueBefore: number,
): Promise<StoreState> {
  const outbox = createOutbox(redis, redis);
  return whileRedisIsUp(async () => {
    const [open, rooms, gates, events, oldestAt, count, overdue, usage] = await Promise.all([
      Promise.all(tenants.flatMap((tenant) => openCaptures(redis, tenant))),
      Promise.all(tenants.flatMap((tenant) => [interactiveRoom(redis, tenant), bulkRoom(redis, tenant)])),
      Promise.all(tenants.map((tenant) => gate(redis, tenant))),
      outbox.depth(),
      outbox.oldestAt(),
      redis.zcard(keys.watchlist),
      redis.zcount(keys.watchlist, '-inf', overdueBefore),
      readImageUsage(redis, tenants),
    ]);
    const images = tenants.map((tenant, at) => ({ tenant, bytes: usage[at] ?? 0 }));
    return { open, rooms, gates, outbox: { count: events, oldestAt }, watched: { count, overdue }, images };
  });
}

function openCaptures(redis: Redis, tenant: string): Promise<OpenCaptures>[] {
  return (['queued', 'processing'] as const).flatMap((status) =>
    captureKinds.map(async (kind) => {
      const set = keys.index(tenant, status, kind);
      const [count, [oldest]] = await Promise.all([redis.zcard(set), redis.zrange(set, '0', '0')]);
      return { tenant, kind, status, count, oldestAt: oldest === undefined ? null : acceptedAtOf(oldest) };
    }),
  );
}

/** Ranks are times of acceptance; those of bulk captures stand behind every other. */
async function interactiveRoom(redis: Redis, tenant: string): Promise<WaitingRoom> {
  const room = keys.gate(tenant, 'room');
  const [count, [, rank]] = await Promise.all([
    redis.zcount(room, '-inf', `(${bulkRank}`),
    redis.zrange(room, '-inf', `(${bulkRank}`, 'BYSCORE', 'LIMIT', 0, 1, 'WITHSCORES'),
  ]);
  return { tenant, lane: 'interactive', count, oldestAt: rank === undefined ? null : Number(rank) };
}

async function bulkRoom(redis: Redis, tenant: string): Promise<WaitingRoom> {
  const room = keys.gate(tenant, 'room');
  const [count, [, rank]] = await Promise.all([
    redis.zcount(room, bulkRank, '+inf'),
    redis.zrange(room, String(bulkRank), '+inf', 'BYSCORE', 'LIMIT', 0, 1, 'WITHSCORES'),
  ]);
  return { tenant, lane: 'bulk', count, oldestAt: rank === undefined ? null : Number(rank) - bulkRank };
}

async function gate(redis: Redis, tenant: string): Promise<StoreState['gates'][number]> {
  return { tenant, closed: (await redis.hexists(keys.gate(tenant, 'state'), 'why')) === 1 };
}
