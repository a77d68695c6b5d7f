import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { hotFunction } from './measure/cpu-profile.ts';
import { latencySummary } from './measure/latency.ts';
import { machine } from './measure/machine.ts';
import { second } from './measure/timeline.ts';
import { profile } from './profile.ts';

const count = z.number().int();

const balance = z.object({
  accepted: count,
  arrived: count,
  missing: count,
  duplicates: count,
  conflicts: count,
  late: count,
  unexpected: count,
  foreign: count,
});

/** Everything that a run brought, as it stands in its JSON file. */
export const runResult = z.object({
  format: z.literal(1),
  profile,
  startedAt: z.iso.datetime(),
  /** From the first submission to the last event, or to the end of waiting for it. */
  seconds: z.number(),
  target: z.string(),
  machine,
  /** Captures that were to be sent. */
  due: count,
  /** Why submissions were not accepted, with how often; `not sent` when too many were under way. */
  refused: z.record(z.string(), count),
  balance,
  /** All from the moment at which the capture was to be sent; `lag` is how late the generator itself was. */
  latencies: z.object({ accept: latencySummary, event: latencySummary, lag: latencySummary }),
  /** Captures per second that were accepted, and events per second, between the first and the last one. */
  acceptedPerSecond: z.number(),
  eventsPerSecond: z.number(),
  timeline: z.array(second),
  /** The windows that `budgetUse` of the timeline is about, such as `10 per 1 s`. */
  budgetWindows: z.array(z.string()),
  /** Thresholds that were not kept, in words; empty for a good run. */
  broken: z.array(z.string()),
  /** The functions in which each process spent its time, when that was asked for. */
  hotFunctions: z.record(z.string(), z.array(hotFunction)),
});
export type RunResult = z.infer<typeof runResult>;

/** Reads the JSON of a run. Throws when the file is not one. */
export function readResult(path: string): RunResult {
  const parsed = runResult.safeParse(JSON.parse(readFileSync(path, 'utf8')));
  if (parsed.success) return parsed.data;
  throw new Error(`${path} is not the result of a run:\n${z.prettifyError(parsed.error)}`);
}

/** All submissions that were not accepted. */
export function refusedCount({ refused }: Pick<RunResult, 'refused'>): number {
  return Object.values(refused).reduce((sum, one) => sum + one, 0);
}
