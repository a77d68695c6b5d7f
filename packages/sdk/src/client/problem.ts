import { z } from 'zod';
import { ProblemError, type ProblemFacts } from '../errors.ts';

const fault = z.object({ pointer: z.string().optional(), parameter: z.string().optional(), detail: z.string() });

/** RFC 9457 by its letter: every member may be missing, and one of the wrong type is as good as missing. */
const problemBody = z.object({
  type: z.string().default('about:blank').catch('about:blank'),
  title: z.string().optional().catch(undefined),
  detail: z.string().optional().catch(undefined),
  errors: z.array(fault).optional().catch(undefined),
  requestId: z.string().optional().catch(undefined),
});

/** The error that an answer without success stands for, whoever gave it. */
export function toProblemError({ status, headers }: Response, text: string): ProblemError {
  const retryAfterMs = readRetryAfter(headers.get('retry-after'), Date.now());
  const requestId = headers.get('x-request-id') ?? undefined;
  return problemErrorOf(status, parseJson(text), { retryAfterMs, requestId });
}

/** The error that a problem body stands for; one that is no such body counts as empty. */
export function problemErrorOf(
  status: number,
  body: unknown,
  about: Pick<ProblemFacts, 'retryAfterMs' | 'requestId'> = {},
): ProblemError {
  const parsed = problemBody.safeParse(body);
  const facts = parsed.success ? parsed.data : { type: 'about:blank' };
  const title = facts.title ?? 'The service, or something before it, refused without saying why.';
  return new ProblemError({ ...about, ...facts, requestId: facts.requestId ?? about.requestId, status, title });
}

/** `Retry-After` (RFC 9110, section 10.2.3) in ms from now: seconds, or a date. */
export function readRetryAfter(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  if (/^\d{1,9}$/.test(header)) return Number(header) * 1_000;
  const date = /^[A-Z][a-z]/.test(header) ? Date.parse(header) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
