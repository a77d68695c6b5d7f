import { z } from 'zod';
import type { Credential, EndpointName } from './endpoints.ts';
import { toFault, type VlensFault } from './fault.ts';
import { parseRetryAfter } from './retry-after.ts';
import { serviceResults } from './service-results.ts';
import type { HttpAnswer } from './transport.ts';
import { VlensTransportError } from './transport-error.ts';
import { number } from './wire.ts';

/** What the provider answered: a value, or its refusal. Both are outcomes; only the absence of an answer is thrown. */
export type VlensAnswer<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly fault: VlensFault };

// Source: docs.vlenseg.com "conventions"; `Services` stands in the older reference, didoc.vlens.co.
const envelope = z.object({
  data: z.unknown().optional(),
  services: z.unknown().optional(),
  Services: z.unknown().optional(),
  error_code: number,
  error_message: z.unknown().optional(),
});

type Envelope = z.output<typeof envelope>;

/** What an answer is read against. */
export interface AnswerContext {
  readonly endpoint: EndpointName;
  /** The credential that a 401 or 403 speaks of. */
  readonly credential: Credential;
  /** Unix time in ms, for a `Retry-After` date. */
  readonly now: number;
}

/**
 * Reads one answer. It is a refusal if `error_code` is set and not 0, whatever the HTTP status, or if the status is not 2xx,
 * whatever the body.
 *
 * @throws VlensTransportError `response_malformed` or `response_unexpected`, on a 2xx that can't be read; nothing else.
 */
export function readAnswer<T>(context: AnswerContext, http: HttpAnswer, result: z.ZodType<T>): VlensAnswer<T> {
  const { endpoint } = context;
  const isSuccess = http.status >= 200 && http.status < 300;
  const body = readEnvelope(http.text);
  if (!isSuccess) return refuse(context, http, typeof body === 'string' ? undefined : body);
  if (typeof body === 'string') throw new VlensTransportError(body, endpoint, { httpStatus: http.status });
  if (body.error_code) return refuse(context, http, body);

  const parsed = result.safeParse({ data: body.data, services: servicesOf(body) });
  if (!parsed.success) throw new VlensTransportError('response_unexpected', endpoint, { httpStatus: http.status });
  return { ok: true, value: parsed.data };
}

function readEnvelope(text: string): Envelope | 'response_malformed' | 'response_unexpected' {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return 'response_malformed';
  }
  return envelope.safeParse(json).data ?? 'response_unexpected';
}

function refuse(context: AnswerContext, http: HttpAnswer, body: Envelope | undefined): VlensAnswer<never> {
  const fault = toFault({
    credential: context.credential,
    httpStatus: http.status,
    errorCode: body?.error_code || null,
    validationCodes: body ? validationCodesOf(body) : [],
    blamesApiKey: namesApiKey(body?.error_message),
    retryAfterMs: parseRetryAfter(http.retryAfter, context.now),
  });
  return { ok: false, fault };
}

const namesApiKey = (message: unknown) => typeof message === 'string' && /api[\s_-]?key/i.test(message);

const servicesOf = (body: Envelope) => body.services ?? body.Services;

function validationCodesOf(body: Envelope): readonly number[] {
  const services = serviceResults.safeParse(servicesOf(body));
  return services.data?.validationErrors.flatMap(({ codes }) => codes) ?? [];
}
