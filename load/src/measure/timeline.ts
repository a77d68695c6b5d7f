import { z } from 'zod';
import type { ProcessUse } from '../watch/watch-processes.ts';
import type { RedisSample } from '../watch/watch-redis.ts';
import { createLatency } from './latency.ts';

const nullable = z.number().nullable();

/** One second of a run; null where nothing was measured. */
export const second = z.object({
  /** Seconds from the start to the end of this one. */
  at: z.number(),
  /** Captures that were to be sent, those that were accepted and those that were not, and events that came. */
  due: z.number(),
  accepted: z.number(),
  refused: z.number(),
  events: z.number(),
  inFlight: z.number(),
  acceptP50Ms: nullable,
  acceptP99Ms: nullable,
  eventP50Ms: nullable,
  eventP99Ms: nullable,
  waiting: nullable,
  active: nullable,
  delayed: nullable,
  outbox: nullable,
  deadLetters: nullable,
  budgetUse: z.array(z.number()),
  /** CPU of each process in this second, in cores; memory in bytes. */
  cpu: z.record(z.string(), z.number()),
  memory: z.record(z.string(), z.number()),
});
export type Second = z.infer<typeof second>;

/** What is counted while it happens. */
export interface Timeline {
  readonly seconds: readonly Second[];
  due(): void;
  accepted(ms: number): void;
  refused(): void;
  event(ms: number): void;
  /** Ends the second under way. `use` is what each process has used since it began, by its name. */
  close(at: number, inFlight: number, redis: RedisSample | undefined, use: ReadonlyMap<string, ProcessUse>): Second;
}

const noCounts = { due: 0, accepted: 0, refused: 0, events: 0 };

export function createTimeline(): Timeline {
  const seconds: Second[] = [];
  const [accept, event] = [createLatency(), createLatency()];
  let counts = { ...noCounts };
  let before: { at: number; use: ReadonlyMap<string, ProcessUse> } = { at: 0, use: new Map() };
  return {
    seconds,
    due: () => void (counts.due += 1),
    accepted(ms) {
      counts.accepted += 1;
      accept.record(ms);
    },
    refused: () => void (counts.refused += 1),
    event(ms) {
      counts.events += 1;
      event.record(ms);
    },
    close(at, inFlight, redis, use) {
      const closed: Second = {
        at,
        ...counts,
        inFlight,
        acceptP50Ms: accept.percentileMs(50),
        acceptP99Ms: accept.percentileMs(99),
        eventP50Ms: event.percentileMs(50),
        eventP99Ms: event.percentileMs(99),
        ...depths(redis),
        cpu: coresOf(use, before.use, at - before.at),
        memory: Object.fromEntries([...use].map(([name, { residentBytes }]) => [name, residentBytes])),
      };
      seconds.push(closed);
      counts = { ...noCounts };
      before = { at, use };
      for (const latency of [accept, event]) latency.reset();
      return closed;
    },
  };
}

function depths(redis: RedisSample | undefined) {
  const none = { waiting: null, active: null, delayed: null, outbox: null, deadLetters: null, budgetUse: [] };
  return redis ? { ...redis, budgetUse: [...redis.budgetUse] } : none;
}

function coresOf(
  use: ReadonlyMap<string, ProcessUse>,
  before: ReadonlyMap<string, ProcessUse>,
  seconds: number,
): Record<string, number> {
  const known = [...use].flatMap(([name, { cpuSeconds }]) => {
    const earlier = before.get(name);
    return earlier ? [[name, (cpuSeconds - earlier.cpuSeconds) / seconds] as const] : [];
  });
  return Object.fromEntries(known);
}
