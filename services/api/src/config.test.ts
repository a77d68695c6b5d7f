import { readConfig } from '@identity-events/shared/runtime/config';
import { expect, it } from 'vitest';
import { apiConfig } from './config.ts';

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
  ['the whole service account', { ...shared, ...admin }],
])('starts with %s', (_, env) => {
  expect(() => readConfig(apiConfig, { ...needed, ...env })).not.toThrow();
});

it('starts with a tenants file, whatever of Vlens is set for it to refer to', () => {
  const { TENANT_ID: _id, API_CLIENTS: _clients, ...others } = needed;
  const env = { ...others, TENANTS_FILE: '/etc/tenants.yaml', VLENS_ADMIN_PASSWORD: 'pass word' };
  expect(() => readConfig(apiConfig, env)).not.toThrow();
});

it('asks for a tenant or a file of them, and not for both', () => {
  const none = { ...needed, TENANT_ID: undefined, API_CLIENTS: undefined };
  expect(() => readConfig(apiConfig, none)).toThrow(/TENANT_ID: is missing[^]*API_CLIENTS: is missing/);
  const both = { ...needed, TENANTS_FILE: '/etc/tenants.yaml' };
  expect(() => readConfig(apiConfig, both)).toThrow(/TENANT_ID: must be empty[^]*API_CLIENTS: must be empty/);
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

it('asks for what the chosen store of images needs', () => {
  const read = (env: object) => (): unknown => readConfig(apiConfig, { ...needed, CAPTURE_STORE_DIR: '', ...env });
  expect(read({})).toThrow('CAPTURE_STORE_DIR: is missing');
  expect(read({ CAPTURE_STORE: 's3' })).toThrow('CAPTURE_STORE_S3_BUCKET: is missing');
  const s3 = { CAPTURE_STORE: 's3', CAPTURE_STORE_S3_BUCKET: 'images' };
  expect(read(s3)).not.toThrow();
  expect(read({ ...s3, AWS_ACCESS_KEY_ID: 'id' })).toThrow('AWS_SECRET_ACCESS_KEY: is missing');
  expect(read({ ...s3, AWS_SECRET_ACCESS_KEY: 'secret' })).toThrow('AWS_ACCESS_KEY_ID: is missing');
  expect(read({ ...s3, CAPTURE_STORE_S3_PREFIX: '../' })).toThrow('CAPTURE_STORE_S3_PREFIX: must be');
});

it.each([
  ['TLS_CERT_FILE', 'TLS_KEY_FILE'],
  ['TLS_KEY_FILE', 'TLS_CERT_FILE'],
  ['TLS_CLIENT_CA_FILE', 'TLS_CERT_FILE'],
])('does not start without TLS because half of it is missing: %s without %s', (given, missing) => {
  expect(() => readConfig(apiConfig, { ...needed, [given]: 'file.pem' })).toThrow(`${missing}: is missing beside`);
});
