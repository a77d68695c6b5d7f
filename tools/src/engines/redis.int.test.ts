import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { RUN } from '../paths.ts';
import { openRunFolder, type RunFolder } from '../processes/run-folder.ts';
import type { Engine } from './engine.ts';
import { createRedis } from './redis.ts';

let folder: RunFolder;
let engine: Engine;

beforeAll(async () => {
  folder = openRunFolder(RUN, 'redis-test');
  engine = await createRedis({ dataDir: folder.path, log: () => undefined });
  await engine.start();
});

afterAll(async () => {
  await engine.discard();
  folder.remove();
});

async function ask(command: string): Promise<string> {
  const socket = connect({ port: Number(new URL(engine.address).port), host: '127.0.0.1' });
  socket.write(`${command}\r\n`);
  const [data] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  return data.toString();
}

test('Redis is durable and refuses writes rather than dropping keys', async () => {
  expect(await ask('CONFIG GET appendonly')).toContain('yes');
  expect(await ask('CONFIG GET maxmemory-policy')).toContain('noeviction');
});

test('what was written survives a stop and comes back on the same port', async () => {
  await ask('SET kept 42');
  await engine.stop();
  await expect(ask('PING')).rejects.toThrow('ECONNREFUSED');

  await engine.start();

  expect(await ask('GET kept')).toContain('42');
});

test('an end that nobody asked for is told with the end of the log', async () => {
  const crashed = engine.crashed();
  ask('SHUTDOWN NOSAVE').catch(() => undefined); // Nobody answers it.

  expect(await crashed).toMatch(/^Redis ended by itself \(code 0\)[^]*bye bye/);
});
