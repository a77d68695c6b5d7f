import { expect, it } from 'vitest';
import { z } from 'zod';
import { clusterNodes, readConfig, redisUrl, wholeNumber } from './config.ts';

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

it('reads the nodes of a cluster', () => {
  expect(clusterNodes.parse('127.0.0.1:7000,redis-1.example:7001')).toEqual([
    { host: '127.0.0.1', port: 7000 },
    { host: 'redis-1.example', port: 7001 },
  ]);
});

it.each(['', '127.0.0.1', 'a:7000,', 'redis://a:7000', 'a:0', 'a:65536', Array(21).fill('a:7000').join()])(
  'refuses %j as nodes of a cluster',
  (text) => {
    expect(clusterNodes.safeParse(text).success).toBe(false);
  },
);
