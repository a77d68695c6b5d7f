import { ReplyError } from 'ioredis';
import { expect, it } from 'vitest';
import { wasRefused, whileRedisIsUp } from './redis-errors.ts';

const thrownFor = (message: string) =>
  whileRedisIsUp(() => Promise.reject(new ReplyError(message))).catch((error: unknown) => error);

/** Answers of a Redis that takes no writes: to a command, and to a command of a script as each version words it. */
const refusals = [
  "OOM command not allowed when used memory > 'maxmemory'.",
  // Redis 7: https://github.com/redis/redis/blob/7.0/src/script_lua.c (luaCallFunction)
  "OOM command not allowed when used memory > 'maxmemory'. script: 5b0c7f9c, on @user_script:20.",
  // Redis 6.2: https://github.com/redis/redis/blob/6.2/src/scripting.c (luaRaiseError, evalGenericCommand)
  "ERR Error running script (call to f_5b0c7f9c): @user_script:20: @user_script: 20: -OOM command not allowed when used memory > 'maxmemory'. ",
  "ERR Error running script (call to f_5b0c7f9c): @user_script:3: @user_script: 3: -READONLY You can't write against a read only replica. ",
  'LOADING Redis is loading the dataset in memory',
];

it.each(refusals)('is "not now", with nothing changed: %s', async (message) => {
  const error = await thrownFor(message);
  expect(error).toMatchObject({ code: 'redis_unavailable', retriable: true });
  expect(wasRefused(error)).toBe(true);
});

it.each([
  'ERR wrong number of arguments for command',
  'WRONGTYPE Operation against a key holding the wrong kind of value',
  'ERR Error running script (call to f_5b0c7f9c): @user_script:3: @user_script: 3: Wrong number of args calling Redis command From Lua script ',
  "ERR Error running script (call to f_5b0c7f9c): @user_script:3: user_script:3: attempt to concatenate a nil value, not '-OOM'",
])('is a fault of ours, and passes unchanged: %s', async (message) => {
  expect(await thrownFor(message)).toMatchObject({ name: 'ReplyError', message });
});
