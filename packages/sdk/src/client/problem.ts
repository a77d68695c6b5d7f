import { z } from 'zod';
import { ProblemError } from '../errors.ts';

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
export function toProblemError(response: Response, text: string): ProblemError {
  const { status, headers } = response;
  const parsed = problemBody.safeParse(parseJson(text));
  const body = parsed.success ? parsed.data : { type: 'about:blank' };
  return new ProblemError({
    ...body,
    status,
    title: body.title ?? 'The service, or something before it, refused without saying why.',
    requestId: body.requestId ?? headers.get('x-request-id') ?? undefined,
    retryAfterMs: readRetryAfter(headers.get('retry-after'), Date.now()),
  });
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
