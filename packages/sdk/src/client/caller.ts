import type { z } from 'zod';
import { UnusableAnswerError } from '../errors.ts';
import { type CallLimits, type CallOptions, type IdentityEventsClientOptions, limitsOf } from './options.ts';
import { withRetries } from './retry.ts';
import { type Call, type Service, send } from './send.ts';

/** Makes calls of one service within one client's limits. */
export interface Caller {
  readonly service: Service;
  limitsOf(options: CallOptions): CallLimits;
  /** Calls, again while that is worth it, and checks the answer. */
  call<T extends z.ZodType>(call: Call, answer: T, options: CallOptions): Promise<z.output<T>>;
}

/** Throws `TypeError` or `RangeError` for an option that can not work. */
export function createCaller(client: IdentityEventsClientOptions): Caller {
  const service = toService(client);
  limitsOf(client);
  return {
    service,
    limitsOf: (options) => limitsOf(client, options),
    async call(call, answer, options) {
      const limits = limitsOf(client, options);
      const { signal } = options;
      const body = await withRetries(
        (remainingMs) => send(service, call, Math.min(limits.timeoutMs, remainingMs), signal),
        { ...limits, signal },
      );
      return parseAnswer(body, answer);
    },
  };
}

/** Throws `UnusableAnswerError`. */
export function parseAnswer<T extends z.ZodType>(body: unknown, answer: T): z.output<T> {
  const parsed = answer.safeParse(body);
  if (!parsed.success) throw new UnusableAnswerError('not of the documented form', { cause: parsed.error });
  return parsed.data;
}

/** Path of a capture. */
export function pathOf(captureId: string): string {
  return `/v1/captures/${encodeURIComponent(captureId)}`;
}

function toService({ baseUrl, apiKey, fetch = globalThis.fetch }: IdentityEventsClientOptions): Service {
  const url = URL.parse(baseUrl);
  if (!url || !/^https?:$/.test(url.protocol) || url.search || url.hash || url.username)
    throw new TypeError('baseUrl must be an http or https address, without query or credentials');
  if (!/^[\x21-\x7e]+$/.test(apiKey)) throw new TypeError('apiKey must be one word of visible ASCII characters');
  return { baseUrl: url.href.replace(/\/$/, ''), apiKey, fetch };
}
