import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { captureQueueName, redisPrefix } from '@identity-events/shared/contracts/capture-job';
import { outcomeEventTypes } from '@identity-events/shared/contracts/identity-event';
import { FROM_SOURCE } from '@identity-events/tools/paths';
import { freePort } from '@identity-events/tools/processes/free-port';
import { answersOk, type Part, type PartSpec, startPart } from '@identity-events/tools/system/part';
import { type System, startSystem, TENANT } from '@identity-events/tools/system/start-system';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { naiveQueue, naiveTopic } from '../baselines/naive-queue.ts';
import type { Door } from '../src/doors/door.ts';
import { openQueueDoor } from '../src/doors/queue-door.ts';
import type { ArrivedEvent } from '../src/ledger.ts';
import { readEvents } from '../src/watch/read-events.ts';

export interface StageOptions {
  readonly redisUrl: string;
  readonly kafkaBrokers: string;
  /** Process ids of the engines, where they are children of ours. */
  readonly engines: Readonly<Record<string, number>>;
  readonly dataDir: string;
  readonly from: 'source' | 'dist';
  /** Options for the Node of API and worker. */
  readonly nodeArgs?: Readonly<Record<'api' | 'worker', readonly string[]>> | undefined;
}

/** One of the two systems that are held against each other, with what is needed to measure it. */
interface Stack {
  readonly url: string;
  readonly queue: Queue;
  api(): Part;
  worker(): Part;
}

/** Everything that figures are measured on: this service, the naive stack, the other baselines, and one Redis and Kafka for all. */
export interface Stage extends AsyncDisposable {
  readonly redis: Redis;
  readonly engines: Readonly<Record<string, number>>;
  readonly dataDir: string;
  readonly apiKey: string;
  /** And how our API is started. */
  readonly ours: Stack & { readonly apiSpec: PartSpec };
  readonly naive: Stack;
  readonly bare: Part & { readonly url: string };
  /** The heart of what our API does, in the shortest way. */
  readonly promises: Part & { readonly url: string };
  readonly multipart: Part & { readonly url: string };
  readonly sandbox: { readonly url: string; readonly pid: number };
  /** Into our queue by the API's own use case. */
  readonly door: Door;
  /** Empties Redis and the image folders. Nothing must be under way. */
  clear(): Promise<void>;
  /** Both workers run, or neither. */
  setWorkers(running: boolean): Promise<void>;
  /** Who is told of every event from now on, of both systems. */
  onEvent: (event: ArrivedEvent) => void;
}

/** The same for both systems: what the services have by default. */
const concurrency = 20;

/** Budgets as wide as settings allow: as good as none. */
const noBudget = '999999/1s';

/** Starts everything; resolves once all of it is ready. */
export async function openStage(options: StageOptions): Promise<Stage> {
  await using undo = new AsyncDisposableStack();
  const keys = { encryptionKeys: `bench:${randomBytes(32).toString('base64')}`, apiKey: 'bench-key' };
  const system = await startOurs(options, keys);
  undo.defer(() => system.stop());
  const baselines: Part[] = [];
  undo.defer(async () => void (await Promise.all(baselines.map((part) => part.stop()))));
  const start = partStarter(options, system, baselines, keys.apiKey);
  const [naiveApi, bare, multipart] = [await start('naive-api'), await start('express'), await start('multipart')];
  const promises = await start('promises-api');
  let naiveWorker: Part & { url: string } = await start('naive-worker');

  const redis = new Redis(options.redisUrl, { maxRetriesPerRequest: null, protocol: 2 });
  undo.defer(async () => redis.disconnect());
  const queues = {
    ours: new Queue(captureQueueName, { connection: redis, prefix: redisPrefix }),
    naive: new Queue(naiveQueue, { connection: redis }),
  };
  const { redisUrl } = options;
  const { storeDir } = system;
  const door = openQueueDoor({ redisUrl, ...keys, storeDir, tenant: TENANT, windows: noBudget });
  undo.defer(() => door.close());

  let running = true;
  const stage: Omit<Stage, typeof Symbol.asyncDispose> = {
    redis,
    engines: options.engines,
    dataDir: options.dataDir,
    apiKey: keys.apiKey,
    ours: {
      url: system.apiUrl,
      queue: queues.ours,
      api: () => system.parts.api,
      worker: () => system.parts.worker,
      apiSpec: system.specs.api,
    },
    naive: { url: naiveApi.url, queue: queues.naive, api: () => naiveApi, worker: () => naiveWorker },
    bare,
    promises,
    multipart,
    sandbox: { url: system.sandboxUrl, pid: system.parts.sandbox.pid },
    door,
    onEvent: () => undefined,
    async clear() {
      await redis.flushdb('SYNC');
      await Promise.all([emptyFiles(storeDir), empty(bareStoreDir(options))]);
    },
    async setWorkers(wanted) {
      if (wanted === running) return;
      running = wanted;
      if (!wanted) return void (await Promise.all([system.parts.worker.stop(), naiveWorker.stop()]));
      [, naiveWorker] = await Promise.all([system.restart('worker'), start('naive-worker')]);
    },
  };
  const topics = [...outcomeEventTypes, naiveTopic];
  const events = await readEvents({ brokers: options.kafkaBrokers, topics, onEvent: (event) => stage.onEvent(event) });
  undo.defer(() => events.close());
  const owned = undo.move();
  return Object.assign(stage, { [Symbol.asyncDispose]: () => owned.disposeAsync() });
}

function startOurs(
  { redisUrl, kafkaBrokers, dataDir, from, nodeArgs }: StageOptions,
  keys: { encryptionKeys: string; apiKey: string },
): Promise<System> {
  const services = { VLENS_WINDOWS: noBudget };
  const env = { api: services, worker: { ...services, CONCURRENCY: String(concurrency) } };
  return startSystem({
    redisUrl,
    kafkaBrokers,
    keys,
    dataDir,
    logDir: join(dataDir, 'logs'),
    env,
    from,
    ...(nodeArgs && { nodeArgs }),
  });
}

function bareStoreDir({ dataDir }: StageOptions): string {
  return join(dataDir, 'bare');
}

/** Starts baselines, by the name of their file. */
function partStarter(options: StageOptions, { sandboxUrl }: System, started: Part[], apiKey: string) {
  return async (name: string): Promise<Part & { url: string }> => {
    await mkdir(bareStoreDir(options), { recursive: true });
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const env = {
      NODE_ENV: 'production',
      PORT: String(port),
      API_KEY: apiKey,
      REDIS_URL: options.redisUrl,
      KAFKA_BROKERS: options.kafkaBrokers,
      VLENS_BASE_URL: sandboxUrl,
      VLENS_API_KEY: 'sandbox-api-key',
      CONCURRENCY: String(concurrency),
      CAPTURE_STORE_DIR: bareStoreDir(options),
    };
    const logFile = join(options.dataDir, 'logs', `${name}.log`);
    const spec = { name, entry: `load/baselines/${name}.ts`, nodeArgs: [FROM_SOURCE], env, logFile };
    const part = await startPart(spec, () => answersOk(`${url}/healthz`));
    started.push(part);
    return { ...part, url };
  };
}

/** The folders stay, as they do where captures come and go. */
async function emptyFiles(folder: string): Promise<void> {
  const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  for (const { parentPath, name } of files) await rm(join(parentPath, name));
}

async function empty(folder: string): Promise<void> {
  for (const entry of await readdir(folder)) await rm(join(folder, entry), { recursive: true, force: true });
}
