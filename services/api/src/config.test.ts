import { readConfig } from '@identity-events/shared/runtime/config';
import { expect, it } from 'vitest';
import { apiConfig, toVlensAccount } from './config.ts';

const needed = {
  REDIS_URL: 'redis://127.0.0.1:6379',
  CAPTURE_STORE_DIR: '/tmp',
  ENCRYPTION_KEYS: 'k1:key',
  TENANT_ID: 'demo',
  API_CLIENTS: `portal:${'0'.repeat(64)}`,
};
const shared = { VLENS_BASE_URL: 'https://vlens.example', VLENS_API_KEY: 'api-key' };
const admin = { VLENS_TENANCY_NAME: 'tenancy', VLENS_ADMIN_USER: 'service', VLENS_ADMIN_PASSWORD: 'pass word' };

it.each([
  ['nothing of Vlens', {}],
  ['what the workers need of it', shared],
])('reads no evidence with %s', (_, env) => {
  expect(toVlensAccount(readConfig(apiConfig, { ...needed, ...env }))).toBeUndefined();
});

it('reads evidence with the whole account', () => {
  expect(toVlensAccount(readConfig(apiConfig, { ...needed, ...shared, ...admin }))).toEqual({
    tenant: 'demo',
    baseUrl: 'https://vlens.example',
    apiKey: 'api-key',
    timeoutMs: 10_000,
    tenancyName: 'tenancy',
    user: 'service',
    password: 'pass word',
  });
});

it.each(Object.keys({ ...shared, ...admin }))('names %s when it alone is missing', (name) => {
  expect(() => readConfig(apiConfig, { ...needed, ...shared, ...admin, [name]: undefined })).toThrow(
    new RegExp(`^The environment is not complete:\\n  ${name}: is missing, and evidence needs it$`),
  );
});

it('names every missing part of an account, beside other faults, and no value', () => {
  const read = () => readConfig(apiConfig, { ...needed, VLENS_ADMIN_PASSWORD: 'hunter2', PORT: 'x' });
  expect(read).toThrow(/PORT: /);
  for (const name of ['BASE_URL', 'API_KEY', 'TENANCY_NAME', 'ADMIN_USER']) {
    expect(read).toThrow(`VLENS_${name}: is missing`);
  }
  expect(read).not.toThrow('hunter2');
});
