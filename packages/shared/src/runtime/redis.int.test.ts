import { createConnection, createServer, type Server, type Socket } from 'node:net';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { testRedisUrl } from '../store/redis.fixture.ts';
import { connectFailingFast, connectPatiently } from './redis.ts';

const silent = { debug() {}, info() {}, warn() {}, error() {} };
let proxy: Server;
let sockets: Socket[] = [];
/** What reached the proxy since the last look, each piece as it was read. */
let pieces: string[] = [];
/** While true, what Redis answers does not get through. */
let muted = false;

beforeAll(async () => {
  const { hostname, port } = new URL(testRedisUrl(0));
  proxy = createServer((client) => {
    const server = createConnection({ host: hostname, port: Number(port) });
    sockets.push(client, server);
    client.on('data', (data) => {
      pieces.push(data.toString());
      server.write(data);
    });
    server.on('data', (data) => void (muted || client.write(data)));
    for (const socket of [client, server]) socket.on('error', () => undefined);
    client.on('close', () => server.destroy());
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
});
afterAll(() => proxy.close());

function proxied(): string {
  const { port } = proxy.address() as { port: number };
  const url = new URL(testRedisUrl(0));
  [url.hostname, url.port] = ['127.0.0.1', String(port)];
  return url.href;
}

const asked = ['a', 'b', 'c'];

it('commands of one turn of the event loop leave in one write, and each is sent again after a break', async () => {
  const redis = connectPatiently(proxied(), silent);
  try {
    await redis.ping();
    const owed = await breakAmid(redis);
    expect(await Promise.all(owed)).toEqual(asked);
  } finally {
    redis.disconnect();
  }
});

it('where failing fast is wanted they leave in one write as well, and each is refused after a break', async () => {
  const redis = connectFailingFast(proxied(), 5_000, silent);
  try {
    await new Promise((resolve) => redis.once('ready', resolve));
    const owed = await breakAmid(redis);
    const refused = await Promise.allSettled(owed);
    expect(refused.map(({ status }) => status)).toEqual(asked.map(() => 'rejected'));
  } finally {
    redis.disconnect();
  }
});

/** Asks twice for the words, in one write each time; the connection breaks when the second has arrived, of which no answer gets through. */
async function breakAmid(redis: Redis): Promise<Promise<string>[]> {
  pieces = [];
  expect(await Promise.all(asked.map((word) => redis.echo(word)))).toEqual(asked);
  expect(pieces).toHaveLength(1);
  muted = true;
  const owed = asked.map((word) => redis.echo(word));
  for (const one of owed) one.catch(() => undefined);
  await expect.poll(() => pieces.length).toBe(2);
  muted = false;
  for (const socket of sockets) socket.destroy();
  sockets = [];
  return owed;
}
