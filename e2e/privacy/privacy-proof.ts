import { createHash, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createLogger } from '@identity-events/shared/runtime/logger';
import { connectPatiently } from '@identity-events/shared/runtime/redis';
import { freePort } from '@identity-events/tools/processes/free-port';
import { apiClient, operatorPages } from '@identity-events/tools/system/keys';
import { createFinder, type Finding, type Haystack } from '../search/needles.ts';
import { readFiles } from '../search/read-files.ts';
import { readKafka } from '../search/read-kafka.ts';
import { readRedis } from '../search/read-redis.ts';
import { rewriteRedisFiles } from '../search/rewrite-redis-files.ts';
import { openTestSystem, type TestSystem } from '../support/test-system.ts';
import { askByCommandLine } from './command-line.ts';
import { fillBucket } from './fill-bucket.ts';
import { type Extent, failByFaults, failByFinds, notify, succeed } from './journeys.ts';
import { readOperatorPages } from './operator-pages.ts';
import { goThroughOutages, leaveDeadLetters } from './outages.ts';
import { createPlantedValues, mayBeThere, type PlantedValues } from './planted-values.ts';
import { createPrivacyStage, type PrivacyStage } from './privacy-stage.ts';
import { sendRefused } from './refused-requests.ts';
import { openTraceKeeper, type TraceKeeper } from './trace-keeper.ts';

/** A system through which planted values went in every way. */
export interface PrivacyProof {
  readonly stage: PrivacyStage;
  readonly brokers: string;
  readonly traces: TraceKeeper;
  /** Folder of the files that are a bucket's objects. */
  readonly bucket: string;
  close(): Promise<void>;
}

/** What was found where it should not be, and in how much. */
export interface PrivacySearch {
  readonly hits: readonly Finding[];
  /** Ids found where they are for: a search that found none would prove nothing. */
  readonly expected: readonly Finding[];
  readonly places: number;
  readonly bytes: number;
}

/** Starts a system on engines of its own, with every secret planted, logs in full and traces, and goes through everything. */
export async function openPrivacyProof(extent: Extent): Promise<PrivacyProof> {
  await using undo = new AsyncDisposableStack();
  const values = createPlantedValues();
  const secrets = { apiKey: values.text('API key'), webhookSecret: values.text('webhook secret') };
  const opsPort = await freePort();
  const login = { url: `http://127.0.0.1:${opsPort}`, name: 'operator', password: values.text('operator password') };
  const traces = await openTraceKeeper();
  undo.defer(() => traces.close());
  const test = await openTestSystem({
    name: 'privacy',
    database: 0,
    own: ['redis', 'kafka'],
    env: environment(values, secrets, traces.env, operatorPages(opsPort, login.name, login.password)),
  });
  undo.defer(() => test.close());
  const redis = connectPatiently(test.engines.redis?.address ?? '', createLogger('privacy', 'error'));
  undo.defer(() => redis.disconnect());
  const stage = createPrivacyStage(test, redis, values, secrets);
  await succeed(stage);
  await failByFinds(stage, extent);
  await failByFaults(stage);
  await notify(stage, secrets.webhookSecret);
  await sendRefused(stage);
  const brokers = test.engines.kafka?.address ?? '';
  const bucket = await fillBucket(stage, secrets.apiKey, undo);
  await askByCommandLine(stage, secrets.apiKey, brokers);
  await leaveDeadLetters(stage);
  await goThroughOutages(stage);
  await readOpenPages(stage);
  await readOperatorPages(stage, login);
  const release = undo.move();
  return { stage, brokers, traces, bucket, close: () => release.disposeAsync() };
}

function environment(
  values: PlantedValues,
  { apiKey, webhookSecret }: { apiKey: string; webhookSecret: string },
  further: Readonly<Record<string, string>>,
  pages: Readonly<Record<string, string>>,
) {
  const vlensKey = values.text('Vlens API key');
  const ring = randomBytes(32).toString('base64');
  values.add('encryption key', Buffer.from(ring, 'base64'));
  const common = {
    ...further,
    LOG_LEVEL: 'debug',
    VLENS_API_KEY: vlensKey,
    VLENS_WINDOWS: '1000/1s',
    VLENS_TIMEOUT_MS: '1000',
    ENCRYPTION_KEYS: `planted:${ring}`,
    RECORD_RETENTION_MS: '86400000',
  };
  return {
    sandbox: { API_KEYS: vlensKey },
    worker: {
      ...common,
      IDENTITY_RETENTION_MS: '3600000',
      VLENS_FAILED_CALLS_MAX: '1',
      VLENS_BREAKER_FAILURES: '100',
      VLENS_ACCOUNT_PROBE_MS: '1000',
    },
    api: {
      ...common,
      ...pages,
      API_CLIENTS: `${apiClient('local', 'e2e-key')},${apiClient('planted', apiKey)}`,
      VLENS_ADMIN_USER: values.text('admin user'),
      // A password has 32 characters at the most.
      VLENS_ADMIN_PASSWORD: planted32(values),
      VLENS_WEBHOOK_SECRETS: createHash('sha256').update(webhookSecret).digest('hex'),
    },
  };
}

function planted32(values: PlantedValues): string {
  const password = randomBytes(16).toString('hex');
  values.add('admin password', password);
  return password;
}

/** What anybody may read, as it is after everything. */
async function readOpenPages({ ask }: PrivacyStage): Promise<void> {
  for (const page of ['/healthz', '/readyz', '/openapi.json', '/docs', '/docs/events']) await ask(page, page);
}

/** Looks for every planted value everywhere. */
export async function searchEverywhere(proof: PrivacyProof): Promise<PrivacySearch> {
  const find = createFinder(proof.stage.values.needles);
  const found: Finding[] = [];
  const sum = { places: 0, bytes: 0 };
  for await (const haystack of haystacks(proof)) {
    found.push(...find(haystack));
    sum.places += 1;
    sum.bytes += haystack.bytes.length;
  }
  return { ...sum, hits: found.filter((one) => !mayBeThere(one)), expected: found.filter(mayBeThere) };
}

async function* haystacks({ stage, brokers, traces, bucket }: PrivacyProof): AsyncGenerator<Haystack> {
  const { test, redis, answers } = stage;
  await rewriteRedisFiles(redis);
  yield* readRedis(redis);
  yield* readFiles('redis file', join(test.dataDir, 'redis'));
  yield* await readKafka(brokers);
  // Indexes hold offsets and times only, and are large.
  yield* readFiles('kafka file', join(test.dataDir, 'kafka'), /index$/);
  yield* readFiles('image file', join(test.dataDir, 'captures'));
  yield* readFiles('bucket', bucket);
  for (const [index, bytes] of traces.kept.entries()) yield { place: `trace ${index}`, bytes };
  yield* readLogs(test);
  yield* readProcesses(test);
  yield* answers;
}

/** The provider's own log is the provider's. Lines of the audit log are told apart by their message. */
async function* readLogs({ dataDir }: TestSystem): AsyncGenerator<Haystack> {
  for await (const { place, bytes } of readFiles('log', join(dataDir, 'logs'), /^sandbox/)) {
    const lines = bytes.toString('latin1').split('\n');
    const audit = lines.filter((line) => line.includes('"message":"audit"'));
    const others = lines.filter((line) => !line.includes('"message":"audit"'));
    yield { place, bytes: Buffer.from(others.join('\n'), 'latin1') };
    yield { place: `log audit of ${place}`, bytes: Buffer.from(audit.join('\n'), 'latin1') };
  }
}

/** What a process tells of itself: its metrics, its readiness, and the command line that anybody on the machine can read. */
async function* readProcesses({ system }: TestSystem): AsyncGenerator<Haystack> {
  for (const [name, url] of [
    ['api', system.apiUrl],
    ['worker', system.workerUrl],
  ] as const) {
    for (const page of ['metrics', 'readyz']) {
      const response = await fetch(`${url}/${page}`);
      yield { place: `${page} ${name}`, bytes: Buffer.from(await response.arrayBuffer()) };
    }
    const bytes = await readFile(`/proc/${system.parts[name].pid}/cmdline`);
    yield { place: `command line ${name}`, bytes };
  }
}
