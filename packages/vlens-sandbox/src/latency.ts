import { z } from 'zod';
import type { SeededRandom } from './random.ts';

/**
 * How long the sandbox takes to answer. Written `fixed:MS`, `uniform:LEAST-MOST` or `lognormal:MEDIAN:SIGMA`, in ms.
 */
export type Latency =
  | { readonly shape: 'fixed'; readonly ms: number }
  | { readonly shape: 'uniform'; readonly leastMs: number; readonly mostMs: number }
  | { readonly shape: 'lognormal'; readonly medianMs: number; readonly sigma: number };

const LATENCY_MS_MAX = 120_000;

/** Reads a latency from its text. */
export const latencySchema = z.string().transform((text, context): Latency => {
  const latency = parse(text);
  if (latency !== null) return latency;
  context.addIssue({ code: 'custom', message: 'expected fixed:MS, uniform:LEAST-MOST or lognormal:MEDIAN:SIGMA' });
  return z.NEVER;
});

/** Writes a latency as the text it was read from. */
export function latencyText(latency: Latency): string {
  switch (latency.shape) {
    case 'fixed':
      return `fixed:${latency.ms}`;
    case 'uniform':
      return `uniform:${latency.leastMs}-${latency.mostMs}`;
    case 'lognormal':
      return `lognormal:${latency.medianMs}:${latency.sigma}`;
  }
}

/** One draw from the distribution, in ms, capped at two minutes. */
export function drawLatencyMs(latency: Latency, random: SeededRandom): number {
  switch (latency.shape) {
    case 'fixed':
      return Math.min(latency.ms, LATENCY_MS_MAX);
    case 'uniform':
      return Math.min(latency.leastMs + random.next() * (latency.mostMs - latency.leastMs), LATENCY_MS_MAX);
    case 'lognormal':
      return Math.min(latency.medianMs * Math.exp(latency.sigma * standardNormal(random)), LATENCY_MS_MAX);
  }
}

function parse(text: string): Latency | null {
  const [, shape, first = '', second = ''] = /^(\w+):(\d+)(?:[-:](\d+(?:\.\d+)?))?$/.exec(text.trim()) ?? [];
  if (shape === 'fixed' && second === '') return { shape, ms: Number(first) };
  if (second === '') return null;
  if (shape === 'uniform') return { shape, leastMs: Number(first), mostMs: Number(second) };
  if (shape === 'lognormal') return { shape, medianMs: Number(first), sigma: Number(second) };
  return null;
}

/** Box and Muller's transform. */
function standardNormal(random: SeededRandom): number {
  return Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
}
