import { z } from 'zod';

const unitMs = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Reads a span such as `90d`, a number with s, m, h or d, into milliseconds. */
export const duration = (min: string, max: string) =>
  z
    .string()
    .regex(/^\d{1,6}[smhd]$/, 'must be like 30d: a number with s, m, h or d')
    .transform(toMs)
    .refine((ms) => ms >= toMs(min) && ms <= toMs(max), `must be from ${min} to ${max}`);

function toMs(text: string): number {
  return Number(text.slice(0, -1)) * unitMs[text.slice(-1) as keyof typeof unitMs];
}
