import { z } from 'zod';

/** At most `limit` calls in any stretch of `windowMs`. */
export interface RateWindow {
  readonly limit: number;
  readonly windowMs: number;
}

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** Reads windows written as `10/1s,60/1m` (units ms, s, m, h); the empty text means no limit. */
export const rateWindowsSchema = z.string().transform((text, context): readonly RateWindow[] => {
  const parts = text.split(',').flatMap((part) => (part.trim() === '' ? [] : [part.trim()]));
  const windows = parts.map(parse);
  if (windows.every((window) => window !== null)) return windows;
  context.addIssue({ code: 'custom', message: 'expected LIMIT/LENGTH pairs such as 10/1s,60/1m' });
  return z.NEVER;
});

/** Writes windows as text, lengths in ms. */
export function rateWindowsText(windows: readonly RateWindow[]): string {
  return windows.map(({ limit, windowMs }) => `${limit}/${windowMs}ms`).join(',');
}

function parse(text: string): RateWindow | null {
  const [, limit, count, unit = ''] = /^(\d{1,6})\/(\d{1,6})(ms|s|m|h)$/.exec(text) ?? [];
  const window = { limit: Number(limit), windowMs: Number(count) * (UNIT_MS[unit] ?? 0) };
  return window.limit > 0 && window.windowMs > 0 ? window : null;
}
