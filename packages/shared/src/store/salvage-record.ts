import type { Redis } from 'ioredis';
import { captureKinds, captureStatuses } from '../contracts/capture.ts';
import { keys } from './keys.ts';
import { parseRecordRemains, type RecordRemains } from './record-remains.ts';
import { whileRedisIsUp } from './redis-errors.ts';
import { runScript, script } from './run-script.ts';
import { salvageScript } from './scripts.ts';

const salvage = script(salvageScript);

/** Whose a capture is, of what kind and in what status. */
interface IndexEntry {
  readonly tenant: string;
  readonly kind: string;
  readonly status: string;
}

/**
 * Puts back what a damaged record lacks of id, tenant, kind and status and the index of these tenants still tells, and reads what it
 * holds then; null when that is too little to make an event of, or there is none. What stands in the record stays as it is.
 *
 * Whose capture it is without a subject nobody can tell: looking through the index of every person would cost as much as
 * there is in Redis.
 */
export async function salvageRecord(
  redis: Redis,
  captureId: string,
  tenants: readonly string[],
): Promise<RecordRemains | null> {
  const hash = await whileRedisIsUp(() => redis.hgetall(keys.capture(captureId)));
  if (Object.keys(hash).length === 0) return null;
  const remains = parseRecordRemains(captureId, hash);
  if (remains && hash['id']) return remains;
  const found = await findInIndex(redis, captureId, hash['tenant'] ? [hash['tenant']] : tenants);
  const given = Object.entries({ id: captureId, ...found }).flat();
  const flat = (await runScript(redis, salvage, [keys.capture(captureId)], given)) as string[];
  const mended = Object.fromEntries(flat.flatMap((name, i) => (i % 2 === 0 ? [[name, flat[i + 1] ?? '']] : [])));
  return parseRecordRemains(captureId, mended);
}

/** The tenant among these that the capture is of, by its record or else by the index; null when neither says so. */
export async function readOwner(redis: Redis, captureId: string, tenants: readonly string[]): Promise<string | null> {
  const told = await whileRedisIsUp(() => redis.hget(keys.capture(captureId), 'tenant'));
  if (told) return tenants.includes(told) ? told : null;
  return (await findInIndex(redis, captureId, tenants))?.tenant ?? null;
}

/** Fifteen sets for each tenant, in one round trip; asked only about records that are damaged. */
async function findInIndex(
  redis: Redis,
  captureId: string,
  tenants: readonly string[],
): Promise<IndexEntry | undefined> {
  const places = tenants.flatMap((tenant) =>
    captureStatuses.flatMap((status) => captureKinds.map((kind) => ({ tenant, kind, status }))),
  );
  const scores = await whileRedisIsUp(() =>
    Promise.all(places.map(({ tenant, kind, status }) => redis.zscore(keys.index(tenant, status, kind), captureId))),
  );
  return places.find((_, i) => scores[i] !== null);
}
