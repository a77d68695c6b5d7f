import { EventEmitter, once } from 'node:events';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { connectTestRedis } from '../store/redis.fixture.ts';
import { warnOfRedisSettings } from './redis-settings.ts';

const redis = connectTestRedis(58);
let lines: string[];
const note = (message: string, fields: object = {}): void => void lines.push(`${message} ${JSON.stringify(fields)}`);
const logger = { debug: note, info: note, warn: note, error: note };

beforeAll(() => once(redis, 'ready'));
afterAll(() => redis.quit());

/** What is told of the test Redis, were its INFO so; resolves once it has been read. */
async function toldOf(change: (info: string) => string): Promise<string[]> {
  lines = [];
  let read = 0;
  const info = async (section: string): Promise<string> => {
    const text = change(await redis.info(section));
    read += 1;
    return text;
  };
  warnOfRedisSettings(Object.assign(new EventEmitter(), { status: 'ready', info }) as never, logger);
  await vi.waitUntil(() => read === 2 || lines.length > 0, { timeout: 5_000 });
  return lines;
}

it('a Redis that is set as it should be is not told of', async () => {
  expect(await toldOf((info) => info)).toEqual([]);
});

it.each([
  ['that evicts', 'maxmemory_policy:noeviction', 'maxmemory_policy:allkeys-lru', 'maxmemory-policy to noeviction'],
  ['without an append-only file', 'aof_enabled:1', 'aof_enabled:0', 'appendonly to yes'],
])('a Redis %s is told of, with what to do', async (_what, is, instead, advice) => {
  const told = await toldOf((info) => info.replace(is, instead));
  expect(told).toEqual([expect.stringMatching(/^redis\.unsafe /)]);
  expect(told[0]).toContain(advice);
});

it('a Redis that does not say is told of as unknown', async () => {
  const told = await toldOf(() => {
    throw Object.assign(new Error('NOPERM'), { code: 'NOPERM' });
  });
  expect(told).toEqual(['redis.settings_unknown {"code":"NOPERM"}']);
});

it('every Redis that a connection finds is looked at', async () => {
  const connection = new EventEmitter();
  const info = vi.fn(() => Promise.resolve('maxmemory_policy:noeviction\naof_enabled:1'));
  warnOfRedisSettings(Object.assign(connection, { status: 'connecting', info }) as never, logger);
  expect(info).not.toHaveBeenCalled();
  connection.emit('ready');
  await vi.waitUntil(() => info.mock.calls.length === 2, { timeout: 5_000 });
});
