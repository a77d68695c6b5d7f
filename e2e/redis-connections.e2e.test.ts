import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectFailingFast, connectPatiently } from '@identity-events/shared/runtime/redis';
import { createCaptureChanges } from '@identity-events/shared/store/capture-changes';
import { keys } from '@identity-events/shared/store/keys';
import { createOutbox } from '@identity-events/shared/store/outbox';
import type { Engine } from '@identity-events/tools/engines/engine';
import { createRedis } from '@identity-events/tools/engines/redis';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { openTcpProxy, type TcpProxy } from './support/tcp-proxy.ts';

type Connection = ReturnType<typeof connectPatiently>;
const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const soon = { timeout: 10_000, interval: 20 };
let dataDir: string;
let engines: readonly [Engine, Engine];
let direct: readonly [Connection, Connection];
let proxy: TcpProxy;
let connections: Connection[] = [];

const portOf = ({ address }: Engine): number => Number(new URL(address).port);

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'e2e-redis-connections-'));
  const log = (): void => undefined;
  engines = [
    await createRedis({ dataDir: join(dataDir, 'a'), log }),
    await createRedis({ dataDir: join(dataDir, 'b'), log }),
  ];
  await Promise.all(engines.map((engine) => engine.start()));
  direct = [connectPatiently(engines[0].address, silent), connectPatiently(engines[1].address, silent)];
});
beforeEach(async () => {
  for (const redis of direct) await redis.call('REPLICAOF', 'NO', 'ONE');
  proxy = await openTcpProxy(portOf(engines[0]));
});
afterEach(async () => {
  for (const connection of connections) connection.disconnect();
  connections = [];
  await proxy.close();
});
afterAll(async () => {
  for (const redis of direct) redis.disconnect();
  await Promise.all(engines.map((engine) => engine.discard()));
  await rm(dataDir, { recursive: true, force: true });
});

function kept(connection: Connection): Connection {
  connections.push(connection);
  return connection;
}
const url = (): string => `redis://127.0.0.1:${proxy.port}`;
const patient = (): Connection => kept(connectPatiently(url(), silent, 400));
const fast = (): Connection => kept(connectFailingFast(url(), 200, silent));

/** What an operator, or Sentinel, does: the replica becomes the master, the old one its replica, and the address follows. */
async function failOver(): Promise<void> {
  await direct[1].call('REPLICAOF', 'NO', 'ONE');
  await direct[0].call('REPLICAOF', '127.0.0.1', String(portOf(engines[1])));
  proxy.leadTo(portOf(engines[1]));
}

it("a worker's connection whose other end is gone without a word is given up, and its commands are done on a new one", async () => {
  const redis = patient();
  await redis.set('half-open', '1');
  proxy.goSilent();
  expect(await Promise.all([redis.incr('half-open'), redis.get('half-open')])).toEqual([2, '2']);
  expect(proxy.opened()).toBe(2);
});

it('a worker waiting for an event on such a connection gets it', async () => {
  const [redis, blocking] = [patient(), patient()];
  const outbox = createOutbox(redis, blocking);
  expect(await outbox.read(1, 20)).toEqual([]);
  const waiting = outbox.read(1, 300);
  proxy.goSilent();
  await waiting.catch(() => undefined);
  await direct[0].xadd(keys.outbox, '*', 'event', eventText, 'topic', 'identity.failed', 'captureId', 'cap_1');
  expect(await outbox.read(1, 300)).toMatchObject([{ captureId: 'cap_1' }]);
});

it("the API's connection whose other end is gone without a word answers with failures, and soon with answers again", async () => {
  const redis = fast();
  await vi.waitFor(() => redis.set('half-open', '1'), soon);
  proxy.goSilent();
  await expect(redis.get('half-open')).rejects.toThrow();
  await vi.waitFor(async () => expect(await redis.get('half-open')).toBe('1'), soon);
  expect(proxy.opened()).toBe(2);
});

it("a worker's write that a demoted master refuses is made on the new one", async () => {
  const redis = patient();
  await redis.set('failover', 'before');
  await failOver();
  expect(await redis.set('failover', 'after')).toBe('OK');
  expect(await direct[1].get('failover')).toBe('after');
});

it("the API's write that a demoted master refuses fails, and the next ones go to the new one", async () => {
  const redis = fast();
  await vi.waitFor(() => redis.set('failover', 'before'), soon);
  await failOver();
  await expect(redis.set('failover', 'refused')).rejects.toThrow('READONLY');
  await vi.waitFor(async () => expect(await redis.set('failover', 'after')).toBe('OK'), soon);
  expect(await direct[1].get('failover')).toBe('after');
});

const eventText = JSON.stringify({
  specversion: '1.0',
  id: 'cap_1.outcome',
  source: '/identity-events/demo',
  type: 'identity.failed',
  time: '2026-01-01T00:00:00.000Z',
  subject: 'user-1',
  datacontenttype: 'application/json',
  partitionkey: 'demo:user-1',
  data: {},
});

it('who follows a capture over a connection that is half open hears of it again over a new one', async () => {
  const subscriber = fast();
  await new Promise((resolve) => subscriber.once('ready', resolve));
  const heard = vi.fn();
  const end = await createCaptureChanges(subscriber, 100).watch('cap_1', heard);
  proxy.goSilent();
  await vi.waitFor(() => expect(heard).toHaveBeenCalled(), soon);
  heard.mockClear();
  await direct[0].publish(keys.capture('cap_1'), '');
  await vi.waitFor(() => expect(heard).toHaveBeenCalled(), soon);
  end();
});
