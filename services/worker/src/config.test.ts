import { readConfig } from '@identity-events/shared/runtime/config';
import { expect, it } from 'vitest';
import { workerConfig } from './config.ts';

const required = {
  REDIS_URL: 'redis://127.0.0.1:6379',
  KAFKA_BROKERS: '127.0.0.1:9092',
  CAPTURE_STORE_DIR: '/tmp/images',
  ENCRYPTION_KEYS: 'k1:key',
  TENANT_ID: 'demo',
  VLENS_BASE_URL: 'http://127.0.0.1:8090',
  VLENS_API_KEY: 'key',
};

it('starts with the required settings alone', () => {
  expect(readConfig(workerConfig, required)).toMatchObject({
    KAFKA_BROKERS: ['127.0.0.1:9092'],
    VLENS_WINDOWS: [
      { calls: 10, ms: 1_000 },
      { calls: 60, ms: 60_000 },
    ],
  });
});

it('takes the public address of the API without the slashes at its end, and nothing that is no such address', () => {
  const read = (PUBLIC_URL: string) => readConfig(workerConfig, { ...required, PUBLIC_URL }).PUBLIC_URL;
  expect(read('https://example.com/identity//')).toBe('https://example.com/identity');
  expect(read('')).toBeUndefined();
  for (const wrong of ['ftp://example.com', 'example.com', 'https://example.com/?a=b', 'https://example.com/#a']) {
    expect(() => read(wrong)).toThrow('PUBLIC_URL');
  }
});

it('asks for a tenant with its account, or a file of them', () => {
  const { TENANT_ID: _id, VLENS_BASE_URL: _url, VLENS_API_KEY: _key, ...others } = required;
  const missing = /TENANT_ID: is missing[^]*VLENS_BASE_URL: is missing[^]*VLENS_API_KEY: is missing/;
  expect(() => readConfig(workerConfig, others)).toThrow(missing);
  expect(() => readConfig(workerConfig, { ...others, TENANTS_FILE: '/etc/tenants.yaml' })).not.toThrow();
});

it.each([
  [{ VLENS_TIMEOUT_MS: '12000' }, 'VLENS_TIMEOUT_MS: must be at most SHUTDOWN_DEADLINE_MS, less 2000'],
  [{ STALLED_CHECK_MS: '20000' }, 'STALLED_CHECK_MS: must be at most JOB_LOCK_MS'],
  [{ VLENS_RETRY_FIRST_MS: '2000', VLENS_RETRY_MAX_MS: '1000' }, 'VLENS_RETRY_FIRST_MS: must be at most'],
  [{ VLENS_BREAKER_FIRST_MS: '2000', VLENS_BREAKER_MAX_MS: '1000' }, 'VLENS_BREAKER_FIRST_MS: must be at most'],
])('refuses %o, which contradict another setting, and says which', (settings, sentence) => {
  expect(() => readConfig(workerConfig, { ...required, ...settings })).toThrow(sentence);
});

it.each(['10/1s,', '10', '0/1s', '10/0s', '10/1d', '1/1s,'.repeat(9)])('refuses the windows %j', (VLENS_WINDOWS) => {
  expect(() => readConfig(workerConfig, { ...required, VLENS_WINDOWS })).toThrow('VLENS_WINDOWS');
});

it('asks for what the chosen store of images needs', () => {
  const read = (env: object) => (): unknown => readConfig(workerConfig, { ...required, CAPTURE_STORE_DIR: '', ...env });
  expect(read({})).toThrow('CAPTURE_STORE_DIR: is missing');
  expect(read({ CAPTURE_STORE: 's3' })).toThrow('CAPTURE_STORE_S3_BUCKET: is missing');
  const s3 = { CAPTURE_STORE: 's3', CAPTURE_STORE_S3_BUCKET: 'images' };
  expect(read(s3)).not.toThrow();
  expect(read({ ...s3, AWS_ACCESS_KEY_ID: 'id' })).toThrow('AWS_SECRET_ACCESS_KEY: is missing');
  expect(read({ ...s3, AWS_SECRET_ACCESS_KEY: 'secret' })).toThrow('AWS_ACCESS_KEY_ID: is missing');
  expect(read({ ...s3, CAPTURE_STORE_S3_PREFIX: '../' })).toThrow('CAPTURE_STORE_S3_PREFIX: must be');
});

it.each([
  [{ REDIS_TLS_CA_FILE: 'ca.pem' }, 'REDIS_TLS_CA_FILE: is of no use without a rediss:// address'],
  [{ REDIS_URL: 'rediss://r:6379', REDIS_TLS_CERT_FILE: 'c.pem' }, 'REDIS_TLS_KEY_FILE: is missing beside'],
  [{ REDIS_URL: 'rediss://r:6379', REDIS_TLS_KEY_FILE: 'k.pem' }, 'REDIS_TLS_CERT_FILE: is missing beside'],
  [{ KAFKA_SECURITY_PROTOCOL: 'SASL_SSL' }, 'KAFKA_SASL_PASSWORD: is missing, and SASL_SSL needs it'],
  [{ KAFKA_SECURITY_PROTOCOL: 'TLS' }, 'KAFKA_SECURITY_PROTOCOL: '],
  [{ KAFKA_SASL_MECHANISM: 'GSSAPI' }, 'KAFKA_SASL_MECHANISM: '],
])('refuses %o, which would not secure what it seems to', (settings, sentence) => {
  expect(() => readConfig(workerConfig, { ...required, ...settings })).toThrow(sentence);
});
