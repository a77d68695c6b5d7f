import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectFailingFast, connectPatiently } from '@identity-events/shared/runtime/redis';
import { createCaptureChanges } from '@identity-events/shared/store/capture-changes';
import { keys } from '@identity-events/shared/store/keys';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { openRedisCluster, type RedisCluster } from './cluster/redis-cluster.ts';

type Connection = ReturnType<typeof connectPatiently>;
const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const soon = { timeout: 10_000, interval: 20 };
const key = '{idv}:test';
let dataDir: string;
let cluster: RedisCluster;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'e2e-redis-cluster-'));
  cluster = await openRedisCluster({ dataDir, log: () => undefined }, 1);
});
afterAll(async () => {
  await cluster.close();
  await rm(dataDir, { recursive: true, force: true });
});

function kept(connection: Connection): Connection {
  onTestFinished(() => connection.disconnect());
  return connection;
}
const patient = (): Connection => kept(connectPatiently(cluster.address, silent));
const fast = (): Connection => kept(connectFailingFast(cluster.address, 500, silent));

/** The node that is no primary now becomes it, whatever the other says. */
async function promoteReplica(): Promise<void> {
  const primary = await cluster.primary();
  const replica = cluster.engines.find((engine) => engine !== primary);
  const direct = kept(connectPatiently(replica?.address ?? '', silent));
  await direct.call('CLUSTER', 'FAILOVER', 'TAKEOVER');
}

it('connections, their duplicates too, follow the slot to the replica that is promoted', async () => {
  const [worker, api] = [patient(), fast()];
  const duplicate = kept(worker.duplicate());
  const before = await cluster.primary();
  await worker.set(key, 0);
  await cluster.redis.wait(1, 5_000);
  await promoteReplica();
  await expect.poll(() => cluster.redis.incr(key).then(() => cluster.primary()), soon).not.toBe(before);

  const counted = Number(await cluster.redis.get(key));
  expect(await worker.incr(key)).toBe(counted + 1);
  expect(await duplicate.incr(key)).toBe(counted + 2);
  await expect.poll(() => api.incr(key).catch(() => 0), soon).toBe(counted + 3);
});

it('what a worker asks for while the primary is dead is done by its replica, and the API is refused at once', async () => {
  await cluster.replicated();
  const [worker, api] = [patient(), fast()];
  await Promise.all([worker.set(key, 0), expect.poll(() => api.ping().catch(() => ''), soon).toBe('PONG')]);
  await cluster.redis.wait(1, 5_000);
  const primary = await cluster.primary();
  const replica = cluster.engines.find((engine) => engine !== primary);
  const direct = kept(connectPatiently(replica?.address ?? '', silent));
  await direct.ping();
  await primary.kill();

  const owed = worker.incr(key);
  await expect(api.incr(key)).rejects.toThrow();
  await direct.call('CLUSTER', 'FAILOVER', 'TAKEOVER');
  expect(await owed).toBe(1);
  await expect.poll(() => api.incr(key).catch(() => 0), soon).toBe(2);
  await primary.start();
});

it('who watches a capture hears of its change on the cluster', async () => {
  const subscriber = fast();
  await expect.poll(() => subscriber.status, soon).toBe('ready');
  const heard: string[] = [];
  const stop = await createCaptureChanges(subscriber).watch('cap_1', () => heard.push('cap_1'));
  await patient().publish(keys.capture('cap_1'), '');
  await expect.poll(() => heard.length, soon).toBeGreaterThan(0);
  stop();
});
