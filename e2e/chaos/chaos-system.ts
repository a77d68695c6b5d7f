import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createLogger } from '@identity-events/shared/runtime/logger';
import { connectPatiently } from '@identity-events/shared/runtime/redis';
import { keys } from '@identity-events/shared/store/keys';
import type { KafkaRecord } from '../support/event-log.ts';
import type { SandboxCall } from '../support/sandbox-client.ts';
import { openTestSystem, type TestSystem } from '../support/test-system.ts';
import { checkRun, type OutcomeRecord, type RunCheck, type RunTraces } from './check-run.ts';
import { type Fleet, type FleetOptions, startFleet } from './fleet.ts';
import { type Load, openLoad } from './load.ts';

const queueKey = (part: string): string => `{idv}:captures:${part}`;

interface EndOptions extends Pick<RunTraces, 'extraCallsMax' | 'clocksAgree'> {
  /** How long it may take until everything is quiet. Default 60,000. */
  readonly deadlineMs?: number;
  /** Whether a call counts; those that a fault of the sandbox struck never do. Default: all. */
  readonly counts?: (call: SandboxCall) => boolean;
}

/** A stretch of work whose traces are read at its end. */
export interface Run {
  readonly load: Load;
  /** Captures of this run that have an outcome in Kafka. */
  outcomes(): number;
  /** Waits until every accepted capture has its outcome and nothing is under way, then holds all traces against each other. */
  end(kills: number, options?: EndOptions): Promise<RunCheck>;
}

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
const quick = {
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
    begin: (subjects) => beginRun(system, redis, subjects),
    close: () => release.disposeAsync(),
  };
}

async function beginRun(system: TestSystem, redis: ChaosSystem['redis'], subjects: number): Promise<Run> {
  const { events, sandbox } = system;
  const firstRecord = events.records.length;
  const firstCall = ((await sandbox.callsSince(0)).at(-1)?.seq ?? -1) + 1;
  const load = openLoad(system.system.apiUrl, 'e2e-key', subjects);
  const ours = (): KafkaRecord[] => events.records.slice(firstRecord);
  const outcomes = (): number => new Set(ours().map(({ data }) => data.captureId)).size;

  async function settle(deadlineMs: number): Promise<void> {
    const deadline = Date.now() + deadlineMs;
    const expected = new Set(load.accepted.map(({ captureId }) => captureId)).size;
    while (Date.now() < deadline) {
      if (outcomes() >= expected && (await isIdle(redis)) && (await events.isComplete())) return;
      await delay(100);
    }
  }

  return {
    load,
    outcomes,
    async end(kills, { deadlineMs = 60_000, counts = () => true, ...bounds } = {}) {
      await settle(deadlineMs);
      const calls = (await sandbox.callsSince(firstCall)).filter((call) => call.fault === null && counts(call));
      const check = checkRun({
        accepted: load.accepted,
        calls,
        records: ours().map(toOutcomeRecord),
        kills,
        ...bounds,
      });
      const left = (await isIdle(redis)) ? [] : ['jobs or events are left in Redis'];
      return { ...check, faults: [...check.faults, ...left] };
    },
  };
}

/** True when no job waits or runs and no event is on its way. */
async function isIdle(redis: ChaosSystem['redis']): Promise<boolean> {
  const counts = await Promise.all([
    redis.xlen(keys.outbox),
    redis.llen(queueKey('wait')),
    redis.llen(queueKey('active')),
    redis.zcard(queueKey('delayed')),
    redis.zcard(queueKey('prioritized')),
  ]);
  return counts.every((count) => count === 0);
}

function toOutcomeRecord({ topic, key, headers, data }: KafkaRecord): OutcomeRecord {
  const { captureId, transactionId, reason, acceptedAt, decidedAt } = data as typeof data & {
    readonly transactionId: string | null;
    readonly reason?: { readonly code: string };
    readonly acceptedAt: string;
    readonly decidedAt: string;
  };
  return {
    captureId,
    topic,
    key,
    eventId: headers['ce_id'] ?? '',
    transactionId,
    reason: reason?.code ?? '',
    acceptedAt: Date.parse(acceptedAt),
    decidedAt: Date.parse(decidedAt),
  };
}
