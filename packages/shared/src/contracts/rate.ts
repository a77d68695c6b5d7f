import { z } from 'zod';

const unitMs = { s: 1_000, m: 60_000, h: 3_600_000 } as const;

/** Reads a rate such as `50/1s`: how many, a slash, a number of seconds, minutes or hours, up to a day. */
export const rate = z
  .string('must be like 50/1s')
  .regex(/^[1-9]\d{0,6}\/[1-9]\d{0,4}[smh]$/, 'must be like 50/1s')
  .transform((text) => {
    const [, count, span, unit] = /^(\d+)\/(\d+)([smh])$/.exec(text) ?? [];
    return { count: Number(count), ms: Number(span) * unitMs[unit as keyof typeof unitMs] };
  })
  .refine(({ ms }) => ms <= 86_400_000, 'must be over a day at most');
