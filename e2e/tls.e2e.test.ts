import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type KafkaSecuritySettings, toKafkaSecurity } from '@identity-events/shared/contracts/kafka-security';
import { createAuthority } from '@identity-events/shared/runtime/certificates.fixture';
import { readPem } from '@identity-events/shared/runtime/read-pem';
import type { Engine } from '@identity-events/tools/engines/engine';
import { createTlsRedis } from '@identity-events/tools/engines/redis';
import { createSecuredKafka, type SecuredKafka } from '@identity-events/tools/engines/secured-kafka';
import { ROOT } from '@identity-events/tools/paths';
import { freePort } from '@identity-events/tools/processes/free-port';
import { startPart } from '@identity-events/tools/system/part';
import { startSystem } from '@identity-events/tools/system/start-system';
import { Kafka, logLevel } from 'kafkajs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runCli } from './support/run-cli.ts';

const undo = new AsyncDisposableStack();
const user = { name: 'worker', password: randomBytes(12).toString('hex') };
let files: ReturnType<typeof filesIn>;
let redis: Engine;
let kafka: SecuredKafka;
let apiUrl: string;

function filesIn(folder: string) {
  const authority = createAuthority(join(folder, 'ours'));
  const strangers = createAuthority(join(folder, 'theirs'));
  return {
    ca: authority.cert,
    engine: authority.sign('engine'),
    api: authority.sign('api'),
    service: authority.sign('service'),
    strangers: { ca: strangers.cert, ...strangers.sign('stranger') },
  };
}

const redisTls = (): Record<string, string> => ({
  REDIS_TLS_CA_FILE: files.ca,
  REDIS_TLS_CERT_FILE: files.service.cert,
  REDIS_TLS_KEY_FILE: files.service.key,
});

const byPassword = (mechanism: string): Record<string, string> => ({
  KAFKA_SECURITY_PROTOCOL: 'SASL_SSL',
  KAFKA_SSL_CA_FILE: files.ca,
  KAFKA_SASL_MECHANISM: mechanism,
  KAFKA_SASL_USERNAME: user.name,
  KAFKA_SASL_PASSWORD: user.password,
});

beforeAll(async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'e2e-tls-'));
  undo.defer(() => rm(dataDir, { recursive: true, force: true }));
  files = filesIn(join(dataDir, 'certificates'));
  const engineTls = { ca: files.ca, ...files.engine };
  const options = { dataDir, log: () => undefined };
  [redis, kafka] = await Promise.all([
    createTlsRedis(options, engineTls),
    createSecuredKafka(options, engineTls, user),
  ]);
  for (const engine of [redis, kafka]) undo.defer(() => engine.discard());
  await Promise.all([redis.start(), kafka.start()]);
  const system = await startSystem({
    redisUrl: redis.address,
    kafkaBrokers: kafka.address,
    keys: { encryptionKeys: `test:${randomBytes(32).toString('base64')}`, apiKey: 'e2e-key' },
    env: { api: redisTls(), worker: { ...redisTls(), ...byPassword('SCRAM-SHA-512') } },
    dataDir,
    logDir: join(dataDir, 'logs'),
  });
  undo.defer(() => system.stop());

  const port = await freePort();
  apiUrl = `https://127.0.0.1:${port}`;
  const { api } = system.specs;
  const tls = { TLS_CERT_FILE: files.api.cert, TLS_KEY_FILE: files.api.key };
  const spec = { ...api, env: { ...api.env, ...tls, PORT: String(port) }, logFile: join(dataDir, 'logs', 'tls.log') };
  const secured = await startPart(spec, async () => (await statusOf(`${apiUrl}/readyz`)) === 200);
  undo.defer(async () => void (await secured.stop()));
});
afterAll(() => undo.disposeAsync());

async function statusOf(url: string): Promise<number | undefined> {
  const ca = await readFile(files.ca);
  return new Promise((resolve) => {
    const asked = request(url, { ca }, (response) => resolve(response.resume().statusCode));
    asked.on('error', () => resolve(undefined)).end();
  });
}

it('a capture sent over TLS ends as an event behind TLS and a password', async () => {
  const env = { IDENTITY_EVENTS_URL: apiUrl, IDENTITY_EVENTS_KEY: 'e2e-key', NODE_EXTRA_CA_CERTS: files.ca };
  const link = ['submit', 'link', '--subject', 'tls-1', '--transaction-id', '00000000-0000-4000-8000-000000000000'];
  const submitted = await runCli([...link, '--wait'], { ...env, IDENTITY_EVENTS_USER_TOKEN: 'sandbox-user-1' });
  expect(submitted).toMatchObject({ code: 0, stderr: '' });

  const kafkaEnv = { KAFKA_BROKERS: kafka.address, ...byPassword('PLAIN') };
  const told = await runCli(['tail', '--since', '1h', '--max', '1'], kafkaEnv);
  expect(told.lines()).toMatchObject([{ type: 'identity.verified', subject: 'tls-1' }]);

  const looked = await runCli(['doctor'], { ...env, ...kafkaEnv, REDIS_URL: redis.address, ...redisTls() });
  expect(looked.lines().filter(({ state }) => state === 'fault')).toEqual([]);
  expect(looked.lines().map(({ check }) => check)).toEqual(expect.arrayContaining(['kafka', 'redis', 'api']));
});

/** Says what Kafka makes of a client with these settings: nothing when it may ask. */
async function refusal(broker: string, env: Record<string, string>): Promise<string | undefined> {
  const security = toKafkaSecurity(env as unknown as KafkaSecuritySettings, readPem);
  const client = { brokers: [broker], logLevel: logLevel.NOTHING, retry: { retries: 0 }, connectionTimeout: 5_000 };
  const admin = new Kafka({ ...client, ...security }).admin();
  try {
    await admin.connect();
    await admin.describeCluster();
    return undefined;
  } catch (error) {
    return String(error);
  } finally {
    await admin.disconnect();
  }
}

it('Kafka takes workers and commands by every mechanism and by certificate', async () => {
  for (const mechanism of ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512']) {
    expect(await refusal(kafka.address, byPassword(mechanism))).toBeUndefined();
    const { KAFKA_SSL_CA_FILE: _, ...plain } = byPassword(mechanism);
    expect(await refusal(kafka.saslPlaintext, { ...plain, KAFKA_SECURITY_PROTOCOL: 'SASL_PLAINTEXT' })).toBeUndefined();
  }
  expect(await refusal(kafka.mutual, byCertificate(files.service))).toBeUndefined();
});

const byCertificate = ({ cert, key }: { cert: string; key: string }, ca = files.ca): Record<string, string> => ({
  KAFKA_SECURITY_PROTOCOL: 'SSL',
  KAFKA_SSL_CA_FILE: ca,
  KAFKA_SSL_CERT_FILE: cert,
  KAFKA_SSL_KEY_FILE: key,
});

it('Kafka takes nobody else, and nothing is sent to a broker that nobody vouches for', async () => {
  const wrong = { ...byPassword('SCRAM-SHA-256'), KAFKA_SASL_PASSWORD: 'wrong' };
  expect(await refusal(kafka.address, wrong)).toMatch(/[Aa]uthentication/);
  expect(await refusal(kafka.mutual, { KAFKA_SECURITY_PROTOCOL: 'SSL', KAFKA_SSL_CA_FILE: files.ca })).toBeDefined();
  expect(await refusal(kafka.mutual, byCertificate(files.strangers))).toBeDefined();
  const mistaken = { ...byPassword('PLAIN'), KAFKA_SSL_CA_FILE: files.strangers.ca };
  expect(await refusal(kafka.address, mistaken)).toMatch(/certificate/);
});

it('a Redis that is not trusted, or does not trust us, is told by the doctor', async () => {
  const redisFinding = async (tls: Record<string, string>): Promise<unknown> => {
    const { stdout } = await runCli(['doctor'], { REDIS_URL: redis.address, ...tls });
    return /\{[^}]*"redis"[^}]*\}/.exec(stdout)?.[0];
  };
  const { REDIS_TLS_CA_FILE: ca = '' } = redisTls();
  const [nobody, mistaken] = await Promise.all([
    redisFinding({ REDIS_TLS_CA_FILE: ca }),
    redisFinding({ ...redisTls(), REDIS_TLS_CA_FILE: files.strangers.ca }),
  ]);
  expect(nobody).toContain('"fault"');
  expect(mistaken).toMatch(/"fault".*certificate/);
});

it('a container is asked for its health over TLS, with and without certificates of clients', async () => {
  const healthCheck = async (env: Record<string, string>, path = '/healthz'): Promise<boolean> => {
    const args = ['--conditions=source', join(ROOT, 'services/api/src/health-check.ts'), path];
    return promisify(execFile)(process.execPath, args, { env }).then(
      () => true,
      () => false,
    );
  };
  const { port } = new URL(apiUrl);
  const env = { PORT: port, TLS_CERT_FILE: files.api.cert };
  expect(await healthCheck(env, '/readyz')).toBe(true);
  expect(await healthCheck({ ...env, TLS_CLIENT_CA_FILE: files.ca })).toBe(true);
  expect(await healthCheck(env, '/nothing')).toBe(false);
  expect(await healthCheck({ PORT: port })).toBe(false);
});
