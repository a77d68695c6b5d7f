import type { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { fieldContext } from './capture-record.ts';
import { keys } from './keys.ts';
import { openTestRedis } from './redis.fixture.ts';
import { type Reencrypted, reencrypt } from './reencrypt.ts';
import { createSealer, openText, type Sealer, sealText } from './seal.ts';
import { openUserToken, sealUserToken } from './user-token.ts';

const key = (id: string, byte: number): string => `${id}:${Buffer.alloc(32, byte).toString('base64')}`;
const old = createSealer(key('k1', 1));
const ring = createSealer(`${key('k2', 2)},${key('k1', 1)}`);
const next = createSealer(key('k2', 2));
const lost = createSealer(key('k0', 9));

let redis: Redis;
beforeAll(async () => {
  redis = await openTestRedis(17);
});
afterAll(() => redis.quit());

const cardOf = (id: string): string => fieldContext('demo', id, 'identity:id_front');

async function store(id: string, sealer: Sealer): Promise<void> {
  await redis.hset(keys.capture(id), { tenant: 'demo' });
  await redis.set(keys.userToken(id), sealUserToken(sealer, `token of ${id}`, { tenant: 'demo', id }));
  await redis.hset(keys.identity(id), 'id_front', sealText(sealer, `card of ${id}`, cardOf(id)));
  await redis.pexpire(keys.identity(id), 3_600_000);
}

async function run(dryRun = false): Promise<Reencrypted | undefined> {
  let last: Reencrypted | undefined;
  for await (last of reencrypt(redis, ring, dryRun)) expect(last).toBeDefined();
  return last;
}

it('every value gets the new key, once, keeps its expiry, and opens without the old key; a dry run only counts', async () => {
  for (let n = 0; n < 30; n += 1) await store(`cap_${n}`, n < 20 ? old : ring);
  await store('cap_lost', lost);
  await redis.hset(keys.capture('cap_linked'), { tenant: 'demo', status: 'verified' });

  const before = await redis.getBuffer(keys.userToken('cap_0'));
  expect(await run(true)).toEqual({ current: 20, renewed: 40, overtaken: 0, broken: 2 });
  expect(await redis.getBuffer(keys.userToken('cap_0'))).toEqual(before);

  expect(await run()).toEqual({ current: 20, renewed: 40, overtaken: 0, broken: 2 });
  expect(await run()).toEqual({ current: 60, renewed: 0, overtaken: 0, broken: 2 });
  for (let n = 0; n < 30; n += 1) {
    const id = `cap_${n}`;
    const [token, card] = [await redis.getBuffer(keys.userToken(id)), await redis.hget(keys.identity(id), 'id_front')];
    expect(openUserToken(next, token ?? Buffer.alloc(0), { tenant: 'demo', id })).toBe(`token of ${id}`);
    expect(openText(next, card ?? '', cardOf(id))).toBe(`card of ${id}`);
    expect(await redis.pttl(keys.identity(id))).toBeGreaterThan(0);
  }
});

it('a token in a record of version 1 does, too', async () => {
  await redis.flushdb();
  const [id, context] = ['cap_v1', fieldContext('demo', 'cap_v1', 'userToken')];
  await redis.hset(keys.capture(id), { tenant: 'demo', userToken: sealText(old, 'token', context) });
  expect(await run()).toEqual({ current: 0, renewed: 1, overtaken: 0, broken: 0 });
  expect(openText(next, (await redis.hget(keys.capture(id), 'userToken')) ?? '', context)).toBe('token');
});

it('a value that goes between reading and writing does not come back', async () => {
  await store('cap_gone', old);
  const racing = new Proxy(redis, {
    get(target, name) {
      if (name !== 'evalsha') return Reflect.get(target, name).bind?.(target) ?? Reflect.get(target, name);
      return async (...args: Parameters<Redis['evalsha']>) => {
        await target.del(keys.userToken('cap_gone'));
        return target.evalsha(...args);
      };
    },
  });
  let last: Reencrypted | undefined;
  for await (last of reencrypt(racing, ring, false)) expect(last).toBeDefined();
  expect(last).toMatchObject({ renewed: 1, overtaken: 1 });
  expect(await redis.exists(keys.userToken('cap_gone'))).toBe(0);
});
