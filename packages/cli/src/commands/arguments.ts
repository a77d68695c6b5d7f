import { InvalidArgumentError } from '@commander-js/extra-typings';
import type { z } from 'zod';
import { z as zod } from 'zod';
import { duration } from '#contracts/duration';
import { moment } from '#contracts/moment';

/** Reads an argument by a schema; what is wrong with it ends the command as a usage error. */
export function by<T extends z.ZodType>(schema: T): (text: string) => z.output<T> {
  return (text) => {
    const parsed = schema.safeParse(text);
    if (parsed.success) return parsed.data;
    throw new InvalidArgumentError(parsed.error.issues[0]?.message ?? 'not valid');
  };
}

/** A whole number within limits. */
export const count = (min: number, max: number) =>
  by(
    zod.coerce
      .number(`must be a number`)
      .int('must be whole')
      .min(min, `must be at least ${min}`)
      .max(max, `must be at most ${max}`),
  );

/** A span such as `30s`, in ms. */
export const span = by(duration('1s', '400d'));

/** A time: as of RFC 3339, or how long ago, such as `15m`. */
export const pastTime =
  (now: () => number) =>
  (text: string): Date => {
    if (/^\d+[smhd]$/.test(text)) return new Date(now() - span(text));
    const parsed = moment.safeParse(text);
    if (parsed.success) return new Date(parsed.data);
    throw new InvalidArgumentError('must be a time such as 2026-01-31T12:00:00Z, or how long ago, such as 15m');
  };

/** Adds to what the same option brought before. */
export const collect =
  <T>(read: (text: string) => T) =>
  (text: string, before: readonly T[] | undefined): T[] => [...(before ?? []), read(text)];
