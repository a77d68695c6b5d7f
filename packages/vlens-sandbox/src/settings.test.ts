import { expect, test } from 'vitest';
import { changeSettings, settingsFromEnvironment, settingsSchema } from './settings.ts';

test('the environment sets what the options set', () => {
  const environment = {
    PORT: '8080',
    API_KEYS: 'a:acme, b',
    RATE_WINDOWS: '10/1s,60/1m',
    NTRA_REQUIRED: 'true',
    HOST: '',
  };
  const options = { port: 8080, apiKeys: ['a:acme', 'b'], rateWindows: '10/1s,60/1m', ntraRequired: true };
  expect(settingsFromEnvironment(environment)).toEqual(settingsSchema.parse(options));
});

test('windows are read with their units', () => {
  expect(settingsSchema.parse({ rateWindows: '10/1s,60/1m' }).rateWindows).toEqual([
    { limit: 10, windowMs: 1_000 },
    { limit: 60, windowMs: 60_000 },
  ]);
});

test('all faults are reported together', () => {
  const environment = { PORT: 'x', RATE_WINDOWS: '0/1s', LATENCY: 'slow', ERROR_STYLE: 'loud' };
  const wrong = () => settingsFromEnvironment(environment);
  for (const name of ['port', 'rateWindows', 'latency', 'errorStyle']) expect(wrong).toThrow(name);
});

test('a change touches nothing else, and only what may change', () => {
  const settings = settingsSchema.parse({ ntraRequired: true, latency: 'fixed:5' });
  const changed = changeSettings(settings, { rateAnswer: 'bare' });
  expect(changed).toEqual({ ...settings, rateAnswer: 'bare' });
  expect(() => changeSettings(settings, { port: 1 })).toThrow('port');
  expect(() => changeSettings(settings, null)).toThrow();
});
