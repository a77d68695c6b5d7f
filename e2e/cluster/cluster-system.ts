import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Engine, Log } from '@identity-events/tools/engines/engine';
import { createKafkaCluster } from '@identity-events/tools/engines/kafka-cluster';
import { startS3 } from '@identity-events/tools/engines/start-engines';
import { freePort } from '@identity-events/tools/processes/free-port';
import { answersOk, startPart } from '@identity-events/tools/system/part';
import { type System, startSystem } from '@identity-events/tools/system/start-system';
import { quick } from '../chaos/chaos-system.ts';
import { type Fleet, startFleet } from '../chaos/fleet.ts';
import type { RunPlace } from '../chaos/run.ts';
import { openEventLog } from '../support/event-log.ts';
import { SandboxClient } from '../support/sandbox-client.ts';
import { openRedisCluster, type RedisCluster } from './redis-cluster.ts';

/** Two APIs and three workers on engines of which each may lose a machine, images in S3. */
export interface ClusterSystem extends RunPlace {
  readonly cluster: RedisCluster;
  readonly brokers: readonly Engine[];
  readonly fleet: Fleet;
  close(): Promise<void>;
}

/** Captures that a worker has under way at one time. */
export const concurrency = 5;
export const workers = 3;

/** What crashes leave behind is looked after within seconds. */
const worker = { ...quick, CONCURRENCY: String(concurrency), RECONCILE_EVERY_MS: '1000', RECONCILE_GRACE_MS: '3000' };

/** Starts engines, sandbox, APIs and workers; resolves once all are ready. */
export async function openClusterSystem(log: Log): Promise<ClusterSystem> {
  await using undo = new AsyncDisposableStack();
  const dataDir = await mkdtemp(join(tmpdir(), 'e2e-cluster-'));
  undo.defer(() => rm(dataDir, { recursive: true, force: true }));
  const cluster = await openRedisCluster({ dataDir, log });
  undo.defer(() => cluster.close());
  const brokers = await createKafkaCluster({ dataDir, log });
  for (const broker of brokers) undo.defer(() => broker.discard());
  await Promise.all(brokers.map((broker) => broker.start()));
  const s3 = await startS3({ dataDir, log });
  undo.defer(() => s3.discard());

  const common = { REDIS_CLUSTER_NODES: cluster.nodes, VLENS_WINDOWS: quick.VLENS_WINDOWS, ...imagesIn(s3) };
  const kafkaBrokers = brokers.map(({ address }) => address).join();
  const system = await startSystem({
    redisUrl: `redis://${cluster.nodes.split(',')[0]}`,
    kafkaBrokers,
    keys: { encryptionKeys: `test:${randomBytes(32).toString('base64')}`, apiKey: 'e2e-key' },
    env: { api: { ...common, LOG_LEVEL: 'warn' }, worker: { ...common, ...worker, KAFKA_TOPIC_REPLICATION: '3' } },
    dataDir,
    logDir: join(dataDir, 'logs'),
  });
  undo.defer(() => system.stop());
  await system.parts.worker.stop();
  const apiUrls = [system.apiUrl, await startSecondApi(system, undo)];
  const fleet = await startFleet({ worker: system.specs.worker, size: workers });
  undo.defer(async () => void (await fleet.stop()));
  await fleet.ready();
  const events = await openEventLog(kafkaBrokers);
  undo.defer(() => events.close());
  const sandbox = new SandboxClient(system.sandboxUrl);
  const release = undo.move();
  const { redis } = cluster;
  return { cluster, brokers, fleet, apiUrls, sandbox, events, redis, close: () => release.disposeAsync() };
}

/** The settings for the bucket of a store that was started here. */
function imagesIn({ address }: Engine): Record<string, string> {
  const { origin, pathname, username, password } = new URL(address);
  return {
    CAPTURE_STORE: 's3',
    CAPTURE_STORE_DIR: '',
    CAPTURE_STORE_S3_BUCKET: pathname.slice(1),
    CAPTURE_STORE_S3_ENDPOINT: origin,
    AWS_ACCESS_KEY_ID: username,
    AWS_SECRET_ACCESS_KEY: password,
  };
}

async function startSecondApi({ specs }: System, undo: AsyncDisposableStack): Promise<string> {
  const { env, logFile, ...spec } = specs.api;
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const own = { env: { ...env, PORT: String(port) }, logFile: logFile.replace('.log', '-2.log') };
  const api = await startPart({ ...spec, ...own }, () => answersOk(`${url}/readyz`));
  undo.defer(async () => void (await api.stop()));
  return url;
}
