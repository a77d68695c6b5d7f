import { expect, it } from 'vitest';
import { z } from 'zod';
import { readConfig, redisUrl, wholeNumber } from './config.ts';

const schema = z.object({
  REDIS_URL: redisUrl,
  PORT: wholeNumber(0, 65_535).default(8080),
  SECRET: z.string().min(8),
});

it('reads settings, and takes an empty variable as not set', () => {
  expect(
    readConfig(schema, { REDIS_URL: 'redis://127.0.0.1:6379', PORT: '', SECRET: 'long enough', OTHER: 'x' }),
  ).toEqual({ REDIS_URL: 'redis://127.0.0.1:6379', PORT: 8080, SECRET: 'long enough' });
});

it('names every faulty variable at once, and never a value', () => {
  const read = (): unknown => readConfig(schema, { REDIS_URL: 'http://secret-host', PORT: '70000', SECRET: 'hunter2' });
  expect(read).toThrow(/REDIS_URL: .*PORT: .*SECRET: /s);
  expect(read).not.toThrow(/secret-host|70000|hunter2/);
});
