import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openTestRedis, testRedisUrl } from '@identity-events/shared/store/redis.fixture';
import type { Engine } from '@identity-events/tools/engines/engine';
import { createKafka } from '@identity-events/tools/engines/kafka';
import { createRedis } from '@identity-events/tools/engines/redis';
import type { PartName, System } from '@identity-events/tools/system/start-system';
import { startSystem } from '@identity-events/tools/system/start-system';
import { CapturesClient } from './captures-client.ts';
import { type EventLog, openEventLog } from './event-log.ts';
import { SandboxClient } from './sandbox-client.ts';

/** The whole system as processes on the test engines, and a view of it from all sides. */
export interface TestSystem {
  readonly system: System;
  /** Of a client that may do everything. */
  readonly apiKey: string;
  readonly captures: CapturesClient;
  readonly sandbox: SandboxClient;
  readonly events: EventLog;
  /** Present where the test asked for engines of its own, which it may stop and kill. */
  readonly engines: { readonly redis?: Engine; readonly kafka?: Engine };
  /** Holds everything that the system and its own engines write. */
  readonly dataDir: string;
  /** Files in the image store: one for each capture that has images there. */
  storedImages(): Promise<string[]>;
  /** Asks until the answer is as wanted, for at most 20 s; then the test fails with the last answer. */
  until<T>(
    ask: () => T | Promise<T>,
    wanted: (answer: T) => boolean | Promise<boolean>,
    deadlineMs?: number,
  ): Promise<T>;
  close(): Promise<void>;
}

type PartEnv = Readonly<Partial<Record<PartName, Readonly<Record<string, string>>>>>;

/** What a test needs of its system. */
export interface TestSystemOptions {
  readonly name: string;
  /** The file's own database in the test Redis. */
  readonly database: number;
  /** Engines that this test may stop and kill. Default: none, those of the whole test run. */
  readonly own?: readonly ('redis' | 'kafka')[];
  readonly env?: PartEnv;
}

/** Starts sandbox, API and one worker. */
export async function openTestSystem({ name, database, own = [], env = {} }: TestSystemOptions): Promise<TestSystem> {
  await using undo = new AsyncDisposableStack();
  const dataDir = await mkdtemp(join(tmpdir(), `e2e-${name}-`));
  undo.defer(() => rm(dataDir, { recursive: true, force: true }));
  const engines = await startEngines(own, dataDir, undo);
  const redisUrl = engines.redis?.address ?? (await emptyDatabase(database));
  const kafkaBrokers = engines.kafka?.address ?? process.env['KAFKA_BROKERS'] ?? '';

  const keys = { encryptionKeys: `test:${randomBytes(32).toString('base64')}`, apiKey: 'e2e-key' };
  const system = await startSystem({ redisUrl, kafkaBrokers, keys, env, dataDir, logDir: join(dataDir, 'logs') });
  undo.defer(() => system.stop());
  const events = await openEventLog(kafkaBrokers);
  undo.defer(() => events.close());
  const release = undo.move();
  return {
    system,
    events,
    engines,
    dataDir,
    apiKey: keys.apiKey,
    captures: new CapturesClient(system.apiUrl, keys.apiKey),
    sandbox: new SandboxClient(system.sandboxUrl),
    async storedImages() {
      const entries = await readdir(join(dataDir, 'captures'), { recursive: true, withFileTypes: true });
      return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
    },
    until,
    close: () => release.disposeAsync(),
  };
}

async function startEngines(own: readonly string[], dataDir: string, undo: AsyncDisposableStack) {
  const log = (): void => undefined;
  const redis = own.includes('redis') ? await createRedis({ dataDir, log }) : undefined;
  const kafka = own.includes('kafka') ? await createKafka({ dataDir, log }) : undefined;
  for (const engine of [redis, kafka]) if (engine) undo.defer(() => engine.discard());
  await Promise.all([redis?.start(), kafka?.start()]);
  return { ...(redis && { redis }), ...(kafka && { kafka }) };
}

async function emptyDatabase(database: number): Promise<string> {
  await (await openTestRedis(database)).quit();
  return testRedisUrl(database);
}

async function until<T>(
  ask: () => T | Promise<T>,
  wanted: (answer: T) => boolean | Promise<boolean>,
  deadlineMs = 20_000,
): Promise<T> {
  const deadline = Date.now() + deadlineMs;
  for (;;) {
    const answer = await ask();
    if (await wanted(answer)) return answer;
    if (Date.now() > deadline) throw new Error(`not as wanted within ${deadlineMs} ms: ${JSON.stringify(answer)}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
