import { z } from 'zod';

/** So many calls in any span of so many milliseconds. */
export interface Window {
  readonly calls: number;
  readonly ms: number;
}

const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;

/** Reads windows such as `10/1s,60/1m`: calls, a slash, a number with ms, s, m or h; up to 8 of them. */
export const windows = z
  .string()
  .regex(/^\d{1,6}\/\d{1,6}(ms|s|m|h)(,\d{1,6}\/\d{1,6}(ms|s|m|h)){0,7}$/, 'must be like 10/1s,60/1m')
  .transform((text) =>
    text.split(',').map((part): Window => {
      const [, calls, count, unit] = /^(\d+)\/(\d+)(ms|s|m|h)$/.exec(part) ?? [];
      return { calls: Number(calls), ms: Number(count) * unitMs[unit as keyof typeof unitMs] };
    }),
  )
  .refine((parsed) => parsed.every(({ calls, ms }) => calls > 0 && ms > 0), 'must allow at least one call each');

/** Calls per second that the windows allow in the long run. */
export function sustainedRate(all: readonly Window[]): number {
  return Math.min(...all.map(({ calls, ms }) => (calls / ms) * 1_000));
}
