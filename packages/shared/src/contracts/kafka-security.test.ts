import { expect, it } from 'vitest';
import { z } from 'zod';
import { checkKafkaSecurity, type KafkaSecuritySettings, toKafkaSecurity } from './kafka-security.ts';

const settings = z.custom<KafkaSecuritySettings>().superRefine(checkKafkaSecurity);
const faults = (config: object): string[] =>
  settings.safeParse(config).error?.issues.map(({ path, message }) => `${path.join()} ${message}`) ?? [];
const user = { KAFKA_SASL_MECHANISM: 'SCRAM-SHA-512', KAFKA_SASL_USERNAME: 'u', KAFKA_SASL_PASSWORD: 'p' };
const certificate = { KAFKA_SSL_CERT_FILE: 'c.pem', KAFKA_SSL_KEY_FILE: 'k.pem' };

it.each([
  [{}, []],
  [{ KAFKA_SECURITY_PROTOCOL: 'SSL' }, []],
  [{ KAFKA_SECURITY_PROTOCOL: 'SSL', KAFKA_SSL_CA_FILE: 'ca.pem', ...certificate }, []],
  [{ KAFKA_SECURITY_PROTOCOL: 'SASL_SSL', ...user, ...certificate }, []],
  [{ KAFKA_SECURITY_PROTOCOL: 'SASL_PLAINTEXT', ...user }, []],
  [user, Object.keys(user).map((name) => `${name} is of no use with PLAINTEXT`)],
  [{ KAFKA_SSL_CA_FILE: 'ca.pem' }, ['KAFKA_SSL_CA_FILE is of no use with PLAINTEXT']],
  [
    { KAFKA_SECURITY_PROTOCOL: 'SASL_PLAINTEXT', KAFKA_SSL_CA_FILE: 'ca.pem', ...user },
    ['KAFKA_SSL_CA_FILE is of no use with SASL_PLAINTEXT'],
  ],
  [
    { KAFKA_SECURITY_PROTOCOL: 'SASL_SSL' },
    Object.keys(user).map((name) => `${name} is missing, and SASL_SSL needs it`),
  ],
  [
    { KAFKA_SECURITY_PROTOCOL: 'SSL', KAFKA_SSL_CERT_FILE: 'c.pem' },
    ['KAFKA_SSL_KEY_FILE is missing beside KAFKA_SSL_CERT_FILE'],
  ],
  [
    { KAFKA_SECURITY_PROTOCOL: 'SSL', KAFKA_SSL_KEY_FILE: 'k.pem' },
    ['KAFKA_SSL_CERT_FILE is missing beside KAFKA_SSL_KEY_FILE'],
  ],
])('of %o it says %o', (config, sentences) => {
  expect(faults(config)).toEqual(sentences);
});

it.each([
  [{ KAFKA_SECURITY_PROTOCOL: 'PLAINTEXT' }, {}],
  [{ KAFKA_SECURITY_PROTOCOL: 'SSL' }, { ssl: {} }],
  [
    { KAFKA_SECURITY_PROTOCOL: 'SSL', KAFKA_SSL_CA_FILE: 'ca.pem', ...certificate },
    { ssl: { ca: 'in ca.pem', cert: 'in c.pem', key: 'in k.pem' } },
  ],
  [
    { KAFKA_SECURITY_PROTOCOL: 'SASL_SSL', ...user },
    { ssl: {}, sasl: { mechanism: 'scram-sha-512', username: 'u', password: 'p' } },
  ],
  [
    { KAFKA_SECURITY_PROTOCOL: 'SASL_PLAINTEXT', ...user, KAFKA_SASL_MECHANISM: 'PLAIN' },
    { sasl: { mechanism: 'plain', username: 'u', password: 'p' } },
  ],
])('%o becomes %o', (config, security) => {
  expect(toKafkaSecurity(config as KafkaSecuritySettings, (_, file) => `in ${file}`)).toEqual(security);
});
