import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { failedBy } from '@identity-events/shared/contracts/decision';
import { connectPatiently } from '@identity-events/shared/runtime/redis';
import { createCaptures, type NewCapture } from '@identity-events/shared/store/captures';
import { endCapture } from '@identity-events/shared/store/end-capture';
import { keys } from '@identity-events/shared/store/keys';
import { createOutbox } from '@identity-events/shared/store/outbox';
import { wasRefused } from '@identity-events/shared/store/redis-errors';
import { createRedisProviderGate } from '@identity-events/shared/store/redis-provider-gate';
import type { Engine } from '@identity-events/tools/engines/engine';
import { createRedis } from '@identity-events/tools/engines/redis';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { passed } from '../services/worker/src/captures/evidence.fixture.ts';
import type { StepEvidence } from '../services/worker/src/captures/evidence.ts';
import { type ProcessCaptureDeps, processCapture } from '../services/worker/src/captures/process-capture.ts';
import { TransientProviderFault } from '../services/worker/src/captures/transient-provider-fault.ts';

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
afterEach(() => setMemoryMax(0));
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

/** Bytes; whatever is in Redis is too much for 1, and 0 is no limit. */
const setMemoryMax = async (bytes: number) => void (await redis.config('SET', 'maxmemory', String(bytes)));

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
  await setMemoryMax(used + 2_000_000);
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

const windows = [{ calls: 100, ms: 1_000 }];

async function accepted(change: Partial<NewCapture> = {}): Promise<NewCapture> {
  const capture = { ...newCapture(), ...change };
  const claim = { key: capture.id, fingerprint: 'f', windowMs: hourMs };
  await createCaptures(redis).accept(capture, claim, windows);
  return capture;
}

/** A worker's attempt at a capture; Redis is full by the time that a call of it is answered. */
function attempts(answer: () => StepEvidence) {
  const calls: string[] = [];
  const prepare: ProcessCaptureDeps['provider']['prepare'] = async (step) => async () => {
    calls.push(step);
    await setMemoryMax(1);
    return { evidence: answer(), sealedIdentity: 'sealed' };
  };
  const breaker = { failuresMax: 3, closedFirstMs: 100, closedMaxMs: 400, closedForAccountMs: 250 };
  const gate = { windowsOf: () => windows, marginMs: 1_000, inProcessWaitMs: 0, probeMs: 1_000 };
  const deps: ProcessCaptureDeps = {
    captures: createCaptures(redis),
    images: { remove: async () => undefined },
    provider: { prepare },
    gate: createRedisProviderGate(redis, { ...gate, ...breaker }),
    retry: { failedCallsMax: 3, firstWaitMs: 1_000, waitMaxMs: 10_000 },
    now: Date.now,
    random: () => 0.5,
    retentionMsOf: () => hourMs,
    identityRetentionMsOf: () => hourMs,
    rulesOf: () => ({ waivedChecks: [] }),
    imageGraceMs: 0,
  };
  const run = (id: string) =>
    processCapture(deps, id, new AbortController().signal).catch((error: unknown) => wasRefused(error) && 'refused');
  return { calls, run };
}

it('what a call brings is kept in a full Redis, and the next call is not begun until there is room', async () => {
  const { id } = await accepted({ kind: 'national_id' });
  const { calls, run } = attempts(() => passed(true));
  expect(await run(id)).toBe('refused');
  expect(await run(id)).toBe('refused');
  expect(calls).toEqual(['id_front']);
  await setMemoryMax(0);
  expect(await run(id)).toBe('refused');
  expect(calls).toEqual(['id_front', 'id_back']);
  await setMemoryMax(0);
  expect(await run(id)).toMatchObject({ result: 'ended', outcome: 'verified' });
  expect(calls).toEqual(['id_front', 'id_back', 'liveness']);

  const captures = createCaptures(redis);
  expect((await captures.read(id))?.status).toBe('verified');
  expect([...(await captures.readSealedIdentity(id)).keys()].toSorted()).toEqual(calls.toSorted());
  const waiting = await createOutbox(redis, redis).read(10_000, 0);
  expect(waiting.map((entry) => entry.captureId)).toEqual([id]);
});

it('a call that fails while Redis is full counts for its capture and for the gate', async () => {
  const { id, tenant } = await accepted();
  const { run } = attempts(() => {
    throw new TransientProviderFault('timeout', { state: 'down', providerCode: null });
  });
  expect(await run(id)).toMatchObject({ result: 'later', cause: 'timeout' });
  expect((await createCaptures(redis).read(id))?.failedCalls).toBe(1);
  expect(await redis.hget(keys.gate(tenant, 'state'), 'failures')).toBe('1');
});

it('an end that no call brought is refused by a full Redis, which changes nothing', async () => {
  const { id } = await accepted();
  const captures = createCaptures(redis);
  const record = await captures.begin(id);
  if (!record) throw new Error('unreachable');
  const images = { remove: async () => undefined };
  const deps = { captures, images, now: Date.now, retentionMsOf: () => hourMs, imageGraceMs: 0 };
  const expire = () => endCapture(deps, record, failedBy('capture_expired'));
  await setMemoryMax(1);
  expect(wasRefused(await expire().catch((error: unknown) => error))).toBe(true);
  expect((await captures.read(id))?.status).toBe('processing');
  await setMemoryMax(0);
  expect(await expire()).toBe(true);
});
