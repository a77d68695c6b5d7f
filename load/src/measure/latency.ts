import {
  build,
  decodeFromCompressedBase64,
  encodeIntoCompressedBase64,
  type Histogram,
  JsHistogram,
} from 'hdr-histogram-js';
import { z } from 'zod';

/** Figures of a distribution, in milliseconds, and the distribution itself. */
export const latencySummary = z.object({
  count: z.number(),
  meanMs: z.number(),
  p50Ms: z.number(),
  p90Ms: z.number(),
  p99Ms: z.number(),
  p999Ms: z.number(),
  maxMs: z.number(),
  /** The histogram in microseconds, as HdrHistogram libraries of all languages read it (compressed V2 format, base64). */
  hdr: z.string(),
});
export type LatencySummary = z.infer<typeof latencySummary>;

/** Records how long things took, with a precision of three digits. */
export interface Latency {
  record(ms: number): void;
  summary(): LatencySummary;
  /** The percentile of what was recorded since the last reset; null when that is nothing. */
  percentileMs(percentile: number): number | null;
  reset(): void;
}

const hourMicros = 3_600_000_000;

export function createLatency(): Latency {
  const histogram = build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: hourMicros,
    numberOfSignificantValueDigits: 3,
  });
  return {
    record: (ms) => histogram.recordValue(Math.min(hourMicros, Math.max(0, Math.round(ms * 1_000)))),
    summary: () => summarize(histogram),
    percentileMs: (percentile) =>
      histogram.totalCount === 0 ? null : toMs(histogram.getValueAtPercentile(percentile)),
    reset: () => histogram.reset(),
  };
}

function summarize(histogram: Histogram): LatencySummary {
  const at = (percentile: number): number => toMs(histogram.getValueAtPercentile(percentile));
  return {
    count: histogram.totalCount,
    meanMs: histogram.totalCount === 0 ? 0 : toMs(histogram.mean),
    p50Ms: at(50),
    p90Ms: at(90),
    p99Ms: at(99),
    p999Ms: at(99.9),
    maxMs: toMs(histogram.maxValue),
    hdr: encodeIntoCompressedBase64(histogram),
  };
}

/** A point of the curve that a distribution is drawn as. */
export interface CurvePoint {
  /** 0 to 100. */
  readonly percentile: number;
  readonly ms: number;
}

/** The percentiles from the median to the last one that the data can tell, ever closer together. */
export function percentileCurve({ hdr, count }: LatencySummary): CurvePoint[] {
  if (count === 0) return [];
  const histogram = decodeFromCompressedBase64(hdr);
  const points: CurvePoint[] = [];
  // Steps of a tenth of a nine: 1 - 10^-x for x from 0 up to all that lies behind one recorded value.
  for (let nines = 0; nines <= Math.log10(count) + 0.1; nines += 0.05) {
    const percentile = 100 * (1 - 10 ** -nines);
    points.push({ percentile, ms: toMs(histogram.getValueAtPercentile(percentile)) });
  }
  return points;
}

/** A bar of a histogram: how many took between `fromMs` and `toMs`. */
export interface Bar {
  readonly fromMs: number;
  readonly toMs: number;
  readonly count: number;
}

const barsPerDecade = 12;

/** The distribution in bars whose width grows evenly with their place, twelve for each tenfold. */
export function logarithmicBars({ hdr, count }: LatencySummary): Bar[] {
  if (count === 0) return [];
  const histogram = decodeFromCompressedBase64(hdr);
  const counts = new Map<number, number>();
  for (const step of recordedValues(histogram)) {
    const bar = Math.floor(Math.log10(Math.max(1, step.value)) * barsPerDecade);
    counts.set(bar, (counts.get(bar) ?? 0) + step.count);
  }
  const [first, last] = [Math.min(...counts.keys()), Math.max(...counts.keys())];
  const edge = (bar: number): number => 10 ** (bar / barsPerDecade) / 1_000;
  return Array.from({ length: last - first + 1 }, (_, i) => {
    const bar = first + i;
    return { fromMs: edge(bar), toMs: edge(bar + 1), count: counts.get(bar) ?? 0 };
  });
}

function* recordedValues(histogram: Histogram): Generator<{ value: number; count: number }> {
  if (!(histogram instanceof JsHistogram)) throw new Error('not a histogram of the kind that is built here');
  const iterator = histogram.recordedValuesIterator;
  iterator.reset();
  while (iterator.hasNext()) {
    const { valueIteratedTo, countAtValueIteratedTo } = iterator.next();
    yield { value: valueIteratedTo, count: countAtValueIteratedTo };
  }
}

function toMs(micros: number): number {
  return Math.round(micros) / 1_000;
}
