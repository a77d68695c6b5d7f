import { expect, test } from 'vitest';
import { readCommandLine } from './command-line.ts';

test('without arguments our own system gets the smoke profile', () => {
  expect(readCommandLine([], {})).toEqual({ action: 'run', profile: 'smoke', cpuProfile: false });
});

test('a target takes its secrets from the environment, and needs a key and brokers', () => {
  const env = { LOAD_API_KEY: 'key', KAFKA_BROKERS: 'k:9092' };

  expect(readCommandLine(['spike', '--target', 'https://idv.example/'], env)).toMatchObject({
    profile: 'spike',
    deployment: { url: 'https://idv.example', apiKey: 'key', brokers: 'k:9092', redisUrl: undefined, tenant: 'demo' },
  });
  expect(readCommandLine(['--target', 'https://idv.example'], {})).toEqual({
    action: 'help',
    problem: 'a target needs --api-key or LOAD_API_KEY',
  });
});

test('a comparison takes two files', () => {
  expect(readCommandLine(['compare', 'a.json', 'b.json'], {})).toEqual({ action: 'compare', a: 'a.json', b: 'b.json' });
  expect(readCommandLine(['compare', 'a.json'], {})).toMatchObject({ action: 'help' });
});

test('an unknown option is told', () => {
  expect(readCommandLine(['--targte', 'x'], {})).toMatchObject({
    action: 'help',
    problem: expect.stringContaining('--targte'),
  });
});
