import { readFileSync } from 'node:fs';
import { captureKinds, captureLimits, lanes } from '@identity-events/shared/contracts/capture';
import { windows } from '@identity-events/shared/contracts/windows';
import { z } from 'zod';

const perSecond = z.number().min(0).max(20_000);

/** A span of time with a steady rate, or one that changes evenly from the first to the second number. */
const stage = z.strictObject({
  seconds: z.number().positive().max(86_400),
  perSecond: z.union([perSecond, z.tuple([perSecond, perSecond])]),
});
export type Stage = z.infer<typeof stage>;

/** A part of the load. Its size beside the other parts is its weight. */
const share = z.strictObject({
  kind: z.enum(captureKinds),
  weight: z.number().positive().default(1),
  lane: z.enum(lanes).default('interactive'),
  /** How images travel; `link` has none and is always JSON. */
  encoding: z.enum(['multipart', 'json']).default('multipart'),
  /** Least size of each of the five images, one of these by chance. */
  imageBytes: z.array(z.number().int().min(1_000).max(captureLimits.imageBytesMax)).min(1).max(20).default([60_000]),
  /** What the sandbox is to find, by its scenario table: four digits for `link`, a name for images (in `front`). */
  scenario: z.string().optional(),
  /** How it must end. Default: verified, or captured for `national_id_ocr`. */
  expect: z.enum(['verified', 'captured', 'failed']).optional(),
});
export type Share = z.infer<typeof share>;

/** What a run must keep to; with any of these broken it ends with exit code 1. */
export const thresholds = z.strictObject({
  /** Captures without an event at the end. */
  missingMax: z.number().int().min(0).default(0),
  /** Second records of one event. At least once is what is promised, so a crash may bring some. */
  duplicatesMax: z.number().int().min(0).default(0),
  /** Events later than `lateSeconds`. */
  lateMax: z.number().int().min(0).default(0),
  /** Submissions not accepted, and those that could not even be sent, as part of all. */
  refusedRatioMax: z.number().min(0).max(1).default(0),
  /** Percentiles in milliseconds, from the moment at which the capture was to be sent. */
  acceptP50Ms: z.number().positive().optional(),
  acceptP99Ms: z.number().positive().optional(),
  eventP50Ms: z.number().positive().optional(),
  eventP99Ms: z.number().positive().optional(),
});
export type Thresholds = z.infer<typeof thresholds>;

/** The system that is started for a run without `--target`. */
const system = z.strictObject({
  workers: z.number().int().min(1).max(16).default(1),
  /** The budget that the workers keep to, and that the sandbox enforces. */
  windows: z
    .string()
    .refine((text) => windows.safeParse(text).success, 'must be like 10/1s,60/1m')
    .default('10/1s,60/1m'),
  /** `fixed:MS`, `uniform:LEAST-MOST` or `lognormal:MEDIAN:SIGMA`. */
  providerLatency: z.string().default('lognormal:300:0.4'),
});

/** A workload: what is sent, when, and what must come of it. */
export const profile = z.strictObject({
  name: z.string().regex(/^[a-z0-9-]{1,40}$/),
  description: z.string().max(400),
  /** `http`: through the API. `queue`: by the API's own use case, without HTTP. */
  door: z.enum(['http', 'queue']).default('http'),
  /** `random` arrivals are a Poisson process, as independent people are; `even` ones come like clockwork. */
  arrivals: z.enum(['random', 'even']).default('random'),
  stages: z.array(stage).min(1).max(50),
  mix: z.array(share).min(1).max(20),
  /** Different persons. Events of one person stay in order, so few of them mean few busy partitions. */
  subjects: z.number().int().min(1).max(1_000_000).default(10_000),
  /** How long to wait for the events after the last capture was sent. */
  drainSeconds: z.number().positive().max(86_400).default(60),
  /** An event that comes later than this is late. */
  lateSeconds: z.number().positive().max(86_400).default(30),
  /** Submissions under way; one more is not sent, and counts as refused. Bounds the generator's memory. */
  inFlightMax: z.number().int().min(1).max(50_000).default(2_000),
  system: system.prefault({}),
  thresholds: thresholds.prefault({}),
});
export type Profile = z.infer<typeof profile>;

/** Reads a profile file. Throws with every fault when it is none. */
export function readProfile(path: string): Profile {
  const parsed = profile.safeParse(JSON.parse(readFileSync(path, 'utf8')));
  if (parsed.success) return parsed.data;
  throw new Error(`${path} is no load profile:\n${z.prettifyError(parsed.error)}`);
}

/** How many captures the stages bring, on average. */
export function expectedArrivals(stages: readonly Stage[]): number {
  return stages.reduce((sum, { seconds, perSecond: rate }) => sum + seconds * meanRate(rate), 0);
}

function meanRate(rate: Stage['perSecond']): number {
  return typeof rate === 'number' ? rate : (rate[0] + rate[1]) / 2;
}
