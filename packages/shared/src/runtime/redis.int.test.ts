import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { testRedisUrl } from '../store/redis.fixture.ts';
import { connectPatiently } from './redis.ts';

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

function connect() {
  const { port } = proxy.address() as { port: number };
  const url = new URL(testRedisUrl(0));
  [url.hostname, url.port] = ['127.0.0.1', String(port)];
  return connectPatiently(url.href, silent);
}

it('commands of one turn of the event loop leave in one write, and each is sent again after a break', async () => {
  const redis = connect();
  try {
    await redis.ping();
    pieces = [];
    const asked = ['a', 'b', 'c'];
    expect(await Promise.all(asked.map((word) => redis.echo(word)))).toEqual(asked);
    expect(pieces).toHaveLength(1);
    muted = true;
    const owed = Promise.all(asked.map((word) => redis.echo(word)));
    await expect.poll(() => pieces.length).toBe(2);
    muted = false;
    for (const socket of sockets) socket.destroy();
    sockets = [];
    expect(await owed).toEqual(asked);
  } finally {
    redis.disconnect();
  }
});
