import { join } from 'node:path';
import { createLogger } from '@identity-events/shared/runtime/logger';
import { connectPatiently } from '@identity-events/shared/runtime/redis';
import { createFinder, type Finding, type Haystack } from '../search/needles.ts';
import { readFiles } from '../search/read-files.ts';
import { letKafkaForget, readKafka } from '../search/read-kafka.ts';
import { type Redis, readRedis } from '../search/read-redis.ts';
import { rewriteRedisFiles } from '../search/rewrite-redis-files.ts';
import { openTestSystem, type TestSystem } from '../support/test-system.ts';
import { eraseInEveryState } from './erase-in-every-state.ts';
import { type Planted, plant, plantRecorded } from './plant.ts';

/** What was found, and in how much. */
export interface Search {
  /** Values that should not be there any more. */
  readonly left: readonly Finding[];
  /** Events in Kafka that tell ids of erased captures until they are too old: the outcome and the redaction of each. */
  readonly remains: number;
  readonly places: number;
  readonly bytes: number;
}

/** A system in which captures were erased in every state, and one that was not. */
export interface ErasureProof {
  readonly test: TestSystem;
  readonly redis: Redis;
  readonly brokers: string;
  readonly erased: readonly Planted[];
  /** Still there: what a search must find. */
  readonly kept: Planted;
  close(): Promise<void>;
}

const env = { VLENS_WINDOWS: '1000/1s', JOB_LOCK_MS: '2000', STALLED_CHECK_MS: '1000', LOG_LEVEL: 'debug' };

/** Starts a system on engines of its own, and erases `rounds` times a capture of every kind in every state. */
export async function openErasureProof(rounds: number): Promise<ErasureProof> {
  await using undo = new AsyncDisposableStack();
  const reconcile = { RECONCILE_EVERY_MS: '1000', RECONCILE_GRACE_MS: '1000' };
  const test = await openTestSystem({
    name: 'erasure',
    database: 0,
    own: ['redis', 'kafka'],
    env: { worker: { ...env, ...reconcile, IDENTITY_RETENTION_MS: '3600000' }, api: { LOG_LEVEL: 'debug' } },
  });
  undo.defer(() => test.close());
  const redis = connectPatiently(test.engines.redis?.address ?? '', createLogger('erasure', 'error'));
  undo.defer(() => redis.disconnect());
  const kept = await plant(test, 'national_id');
  const erased = await eraseInEveryState({ test, redis }, rounds);
  await plantRecorded(redis, kept);
  const release = undo.move();
  return {
    ...{ test, redis, erased, kept },
    brokers: test.engines.kafka?.address ?? '',
    close: () => release.disposeAsync(),
  };
}

/** Looks for everything of these captures everywhere; Kafka's records may tell their ids. */
export async function search(proof: ErasureProof, planted: readonly Planted[]): Promise<Search> {
  const { redis, test, brokers } = proof;
  const find = createFinder(planted.flatMap((one) => one.needles));
  const sum = { left: [] as Finding[], places: 0, bytes: 0 };
  const look = (haystack: Haystack, may: (finding: Finding) => boolean = () => false): void => {
    sum.left.push(...find(haystack).filter((finding) => !may(finding)));
    sum.places += 1;
    sum.bytes += haystack.bytes.length;
  };
  await rewriteRedisFiles(redis);
  for await (const haystack of readRedis(redis)) look(haystack);
  for (const [name, folder, skip] of foldersOf(test)) {
    for await (const haystack of readFiles(name, folder, skip)) look(haystack);
  }
  const ids = new Set(planted.flatMap(({ id }) => [`${id}.outcome`, `${id}.redacted`]));
  const told = new Set<string>();
  for (const record of await readKafka(brokers)) {
    const ours = ids.has(record.ceId);
    if (ours) told.add(record.ceId);
    look(record, ({ what }) => ours && mayRemain.has(what));
  }
  return { ...sum, remains: told.size };
}

const mayRemain = new Set(['subject', 'transaction', 'outcome']);

/** What the system writes to disk, but for Kafka's records: those are read through Kafka while they can be. */
function foldersOf({ dataDir }: TestSystem): [name: string, folder: string, skip?: RegExp][] {
  return [
    ['redis file', join(dataDir, 'redis')],
    ['image file', join(dataDir, 'captures')],
    // The provider's own log is the provider's.
    ['log', join(dataDir, 'logs'), /^sandbox/],
  ];
}

/** Erased captures that are not answered as gone, or that do not have exactly one outcome and one redaction. */
export async function findUnannounced({ test, brokers, erased }: ErasureProof): Promise<string[]> {
  const ceIds = (await readKafka(brokers)).map(({ ceId }) => ceId);
  const wrong: string[] = [];
  for (const { id } of erased) {
    const events = new Set(ceIds.filter((ceId) => ceId.startsWith(id)));
    const { status } = await test.captures.ask(`/v1/captures/${id}`);
    if (status !== 410 || events.size !== 2) wrong.push(`${id}: ${status}, ${[...events].join(' ')}`);
  }
  return wrong;
}

/** Lets Kafka's retention pass, then looks through its files for everything of these captures. */
export async function searchForgottenKafka(proof: ErasureProof, planted: readonly Planted[]): Promise<Search> {
  await letKafkaForget(proof.brokers);
  const find = createFinder(planted.flatMap((one) => one.needles));
  const sum = { left: [] as Finding[], remains: 0, places: 0, bytes: 0 };
  // Indexes hold offsets and times only, and are large.
  for await (const haystack of readFiles('kafka file', join(proof.test.dataDir, 'kafka'), /index$/)) {
    sum.left.push(...find(haystack));
    sum.places += 1;
    sum.bytes += haystack.bytes.length;
  }
  return sum;
}
