import { setTimeout as delay } from 'node:timers/promises';
import type { connectPatiently } from '@identity-events/shared/runtime/redis';
import { keys } from '@identity-events/shared/store/keys';
import type { EventLog, KafkaRecord } from '../support/event-log.ts';
import type { SandboxCall, SandboxClient } from '../support/sandbox-client.ts';
import { checkRun, type OutcomeRecord, type RunCheck, type RunTraces } from './check-run.ts';
import { type Load, openLoad } from './load.ts';

const queueKey = (part: string): string => `{idv}:captures:${part}`;

type Redis = ReturnType<typeof connectPatiently>;

/** What a run drives and looks at. */
export interface RunPlace {
  /** Submissions go to each in turn. */
  readonly apiUrls: readonly string[];
  readonly sandbox: SandboxClient;
  readonly events: EventLog;
  readonly redis: Redis;
}

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

/** From now on, what is submitted by its load and what comes of that belong to the run. */
export async function beginRun({ apiUrls, sandbox, events, redis }: RunPlace, subjects: number): Promise<Run> {
  const firstRecord = events.records.length;
  const firstCall = ((await sandbox.callsSince(0)).at(-1)?.seq ?? -1) + 1;
  const load = openLoad(apiUrls, 'e2e-key', subjects);
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
async function isIdle(redis: Redis): Promise<boolean> {
  return Object.values(await countUnderWay(redis)).every((count) => count === 0);
}

/** Events and jobs that are not done, by where they are. */
export async function countUnderWay(redis: Redis): Promise<Readonly<Record<string, number>>> {
  const [outbox, wait, active, delayed, prioritized] = await Promise.all([
    redis.xlen(keys.outbox),
    redis.llen(queueKey('wait')),
    redis.llen(queueKey('active')),
    redis.zcard(queueKey('delayed')),
    redis.zcard(queueKey('prioritized')),
  ]);
  return { outbox, wait, active, delayed, prioritized };
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
