import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectPatiently } from '@identity-events/shared/runtime/redis';
import { createCaptures, type NewCapture } from '@identity-events/shared/store/captures';
import { keys } from '@identity-events/shared/store/keys';
import { wasRefused } from '@identity-events/shared/store/redis-errors';
import type { Engine } from '@identity-events/tools/engines/engine';
import { createRedis } from '@identity-events/tools/engines/redis';
import { afterAll, beforeAll, expect, it } from 'vitest';

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const hourMs = 3_600_000;
let dataDir: string;
let engine: Engine;
let redis: ReturnType<typeof connectPatiently>;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'e2e-full-redis-'));
  engine = await createRedis({ dataDir, log: () => undefined });
  await engine.start();
  redis = connectPatiently(engine.address, silent);
});
afterAll(async () => {
  redis.disconnect();
  await engine.discard();
  await rm(dataDir, { recursive: true, force: true });
});

const newCapture = (): NewCapture => ({
  id: `cap_${randomUUID().replaceAll('-', '')}`,
  tenant: 'demo',
  subject: 'user-1',
  kind: 'link',
  lane: 'bulk',
  createdAt: Date.now(),
  expiresAt: Date.now() + hourMs,
  transactionId: randomUUID(),
  userToken: Buffer.alloc(1_000),
});

/** Everything by which a capture could be found. */
async function traces({ id, tenant, subject }: NewCapture) {
  const record = await redis.hlen(keys.capture(id));
  const sets = [keys.watchlist, keys.index(tenant, 'queued', 'link'), keys.subjectIndex(tenant, subject)];
  const found = await Promise.all(sets.map((set) => redis.zscore(set, id)));
  return { record: record > 0, sets: found.map((score) => score !== null) };
}

it('a Redis that fills up takes captures in whole or not at all, and says which', async () => {
  const captures = createCaptures(redis);
  const used = Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1]);
  await redis.config('SET', 'maxmemory', String(used + 2_000_000));
  const counts = { taken: 0, refused: 0 };
  while (counts.refused < 50) {
    const capture = newCapture();
    const claim = { key: capture.id, fingerprint: 'f', windowMs: hourMs };
    const outcome = await captures.accept(capture, claim, [{ calls: 10, ms: 1_000 }]).catch((error: unknown) => error);
    const refused = outcome instanceof Error;
    if (refused) expect(wasRefused(outcome)).toBe(true);
    expect(await traces(capture)).toEqual({ record: !refused, sets: [!refused, !refused, !refused] });
    counts[refused ? 'refused' : 'taken'] += 1;
  }
  expect(counts.taken).toBeGreaterThan(10);
});
