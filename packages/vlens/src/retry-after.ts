/** The longest wait taken from a `Retry-After` header, in ms: one hour. */
export const retryAfterMsMax = 3_600_000;

/**
 * Reads a `Retry-After` header: seconds or an HTTP-date, as ms from `now`, from 0 to {@link retryAfterMsMax}. Null if there
 * is none or it can't be read.
 *
 * Source: RFC 9110, 10.2.3. The provider documents no such header.
 *
 * @param now - Unix time in ms.
 */
export function parseRetryAfter(header: string | undefined, now: number): number | null {
  const text = header?.trim();
  if (!text) return null;
  const delayMs = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now;
  if (Number.isNaN(delayMs)) return null;
  return Math.min(Math.max(delayMs, 0), retryAfterMsMax);
}
