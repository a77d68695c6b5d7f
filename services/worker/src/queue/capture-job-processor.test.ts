import { AppError } from '@identity-events/shared/runtime/errors';
import type { Job } from 'bullmq';
import { DelayedError, UnrecoverableError } from 'bullmq';
import { beforeEach, expect, it } from 'vitest';
import type { Attempt } from '../captures/process-capture.ts';
import { captureJobProcessor } from './capture-job-processor.ts';

const now = 1_700_000_000_000;
const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
let running: Map<string, () => void>;
let written: unknown[];
let delayed: number[];

beforeEach(() => {
  [running, written, delayed] = [new Map(), [], []];
});

const processor = captureJobProcessor({
  // Goes on until the test lets it end.
  process: (captureId) =>
    new Promise<Attempt>((resolve) => running.set(captureId, () => resolve({ result: 'nothing_to_do' }))),
  logger: quiet,
  now: () => now,
  stallsMax: 5,
  infrastructureWaitMs: 1_000,
});

function run(n: number, stalledCounter: number, data: unknown = { v: 1, captureId: captureIdOf(n) }): Promise<string> {
  const job = {
    data,
    stalledCounter,
    attemptsStarted: 1,
    updateData: async (value: unknown) => void written.push(value),
    moveToDelayed: async (at: number) => void delayed.push(at),
  };
  return processor(job as unknown as Job, 'token', undefined);
}

const captureIdOf = (n: number): string => `cap_${String(n).padStart(32, '0')}`;
const started = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it('of the jobs whose workers died more than once, one runs at a time; the others wait and burn nothing', async () => {
  const first = run(1, 2);
  await started();
  await expect(run(2, 3)).rejects.toThrow(DelayedError);
  expect(delayed).toEqual([now + 1_000]);
  const fresh = [run(3, 0), run(4, 1)];
  await started();
  expect([...running.keys()]).toEqual([1, 3, 4].map(captureIdOf));

  running.get(captureIdOf(1))?.();
  await first;
  const second = run(2, 3);
  await started();
  for (const end of running.values()) end();
  expect(await Promise.all([second, ...fresh])).toEqual(['nothing_to_do', 'nothing_to_do', 'nothing_to_do']);
});

it('a job whose workers died too often is refused without another attempt', async () => {
  await expect(run(1, 6)).rejects.toThrow(/^poison: its worker died 6 times$/);
  expect(running.size).toBe(0);
});

it('a job that can not be read is refused, its data written so that it can be shown', async () => {
  await expect(run(1, 0, null)).rejects.toThrow(UnrecoverableError);
  expect(written).toEqual([null]);
});

it('a capture that only a newer version can read waits for a newer worker', async () => {
  const newer = captureJobProcessor({
    process: () => Promise.reject(new AppError('record_newer', 'x', { retriable: true })),
    ...{ logger: quiet, now: () => now, stallsMax: 5, infrastructureWaitMs: 1_000 },
  });
  const job = {
    ...{ data: { v: 1, captureId: captureIdOf(1) }, stalledCounter: 0, attemptsStarted: 1 },
    moveToDelayed: async (at: number) => void delayed.push(at),
  };
  await expect(newer(job as unknown as Job, 'token', undefined)).rejects.toThrow(DelayedError);
  expect(delayed).toEqual([now + 15_000]);
});
