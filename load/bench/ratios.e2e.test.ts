import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { testRedisUrl } from '@identity-events/shared/store/redis.fixture';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { measureAccepting } from './figures/accept.ts';
import { measureMemory } from './figures/memory.ts';
import { measureUploading } from './figures/multipart.ts';
import { measureDraining } from './figures/queue.ts';
import { openStage, type Stage } from './stage.ts';
import { medianOf, medianRatio } from './statistics.ts';

/**
 * A short form of `npm run bench` that guards against regressions. Only ratios count, taken in turns within one run, and of processor time
 * instead of throughput: the machine may be busy with anything else, and a chain of processes then waits longer than a single one.
 * Limits stand well above what docs/performance.md has: what breaks them has become much more expensive.
 */
const limits = { apiOfBareExpress: 8, apiOfNaive: 4, apiOfPromises: 2.5, workerOfNaive: 2.5, memoryOfBareJob: 2.5 };

/** This file's own database in the test Redis. */
const database = 31;

let stage: Stage;
let dataDir: string;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'ratios-'));
  stage = await openStage({
    redisUrl: testRedisUrl(database),
    kafkaBrokers: process.env['KAFKA_BROKERS'] ?? '',
    engines: {},
    dataDir,
    from: 'source',
  });
});

afterAll(async () => {
  await stage[Symbol.asyncDispose]();
  await rm(dataDir, { recursive: true, force: true });
});

test('a worker takes about as much processor time for a capture as the naive one', async () => {
  const rounds = await measureDraining(stage, { rounds: 3, captures: 300 });

  const ratio = medianRatio(rounds, ['ours', 'naive'], ({ micros }) => micros['worker'] ?? Number.NaN);
  expect(ratio).toBeLessThan(limits.workerOfNaive);
});

test('the API takes a bounded multiple of the processor time of bare Express, the naive API and one that keeps its promises by hand', async () => {
  const rounds = await measureAccepting(stage, { rounds: 5, ms: 700 });

  const of = (other: 'bare Express' | 'naive' | 'promises by hand'): number =>
    medianRatio(rounds, ['ours', other], (one) => one.serverMicros);
  expect(of('bare Express')).toBeLessThan(limits.apiOfBareExpress);
  expect(of('naive')).toBeLessThan(limits.apiOfNaive);
  expect(of('promises by hand')).toBeLessThan(limits.apiOfPromises);
});

test('images pass Redis by', async () => {
  const rounds = await measureUploading(stage, { rounds: 1, ms: 500 });

  expect(medianOf(rounds, 'ours', (one) => one.redisBytes)).toBeLessThan(10_000);
});

test('a waiting capture takes a bounded part of Redis', async () => {
  const { ours, bare } = await measureMemory(stage, 2_000);

  expect(bare).toBeGreaterThan(1_000);
  expect(ours / bare).toBeLessThan(limits.memoryOfBareJob);
});
