import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '@identity-events/shared/runtime/logger';
import { connectPatiently } from '@identity-events/shared/runtime/redis';
import { openTestSystem, type TestSystem } from '../support/test-system.ts';
import { type Fleet, type FleetOptions, startFleet } from './fleet.ts';
import { beginRun, type Run } from './run.ts';

/** The whole system on engines of its own, to be broken. */
export interface ChaosSystem extends Omit<TestSystem, 'engines'> {
  readonly redis: ReturnType<typeof connectPatiently>;
  readonly engines: Required<TestSystem['engines']>;
  /** Starts workers that are started again when they die, until {@link ChaosSystem.calm}. */
  fleet(options: Omit<FleetOptions, 'worker'>): Promise<Fleet>;
  begin(subjects: number): Promise<Run>;
  /** Ends all fleets and every misfortune that is still in force. */
  calm(): Promise<void>;
  /** The environment of a process whose clock follows the file `CLOCK_SHIFT_FILE`: milliseconds ahead. The API is one. */
  readonly shiftedClock: { readonly NODE_OPTIONS: string; readonly CLOCK_SHIFT_FILE: string };
}

/** Settings under which crashes are noticed in about a second, and the provider's budget is no hindrance. */
export const quick = {
  VLENS_WINDOWS: '1000/1s',
  VLENS_WINDOW_MARGIN_MS: '1000',
  JOB_LOCK_MS: '1000',
  STALLED_CHECK_MS: '500',
};

/** Starts engines, sandbox and API; workers come as fleets. */
export async function openChaosSystem(): Promise<ChaosSystem> {
  await using undo = new AsyncDisposableStack();
  const clockFolder = await mkdtemp(join(tmpdir(), 'e2e-clock-'));
  undo.defer(() => rm(clockFolder, { recursive: true, force: true }));
  const shiftedClock = {
    NODE_OPTIONS: `--import=${join(import.meta.dirname, 'shifted-clock.ts')}`,
    CLOCK_SHIFT_FILE: join(clockFolder, 'shift-ms'),
  };
  const system = await openTestSystem({
    name: 'chaos',
    database: 0,
    own: ['redis', 'kafka'],
    env: { worker: quick, api: { VLENS_WINDOWS: quick.VLENS_WINDOWS, LOG_LEVEL: 'warn', ...shiftedClock } },
  });
  undo.defer(() => system.close());
  const { redis: redisEngine, kafka } = system.engines;
  if (!redisEngine || !kafka) throw new Error('unreachable');
  await system.system.parts.worker.stop();
  const redis = connectPatiently(redisEngine.address, createLogger('chaos', 'error'));
  undo.defer(async () => redis.disconnect());
  const fleets: Fleet[] = [];
  const release = undo.move();
  return {
    ...system,
    engines: { redis: redisEngine, kafka },
    redis,
    shiftedClock,
    async fleet(options) {
      const fleet = await startFleet({ ...options, worker: system.system.specs.worker });
      fleets.push(fleet);
      return fleet;
    },
    async calm() {
      await Promise.all([redisEngine.start(), kafka.start(), writeFile(shiftedClock.CLOCK_SHIFT_FILE, '0')]);
      await redis.config('SET', 'maxmemory', '0');
      await system.sandbox.clearFaults();
      await system.sandbox.changeSettings({ latency: 'fixed:0', rateWindows: '' });
      await Promise.all(fleets.splice(0).map((fleet) => fleet.stop()));
    },
    begin: (subjects) => beginRun({ ...system, apiUrls: [system.system.apiUrl], redis }, subjects),
    close: () => release.disposeAsync(),
  };
}
