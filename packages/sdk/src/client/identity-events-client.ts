import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import { type AcceptedView, acceptedView } from '#contracts/capture-view';
import { UnusableAnswerError } from '../errors.ts';
import { type CaptureView, captureView } from '../open-contracts.ts';
import { type CaptureSubmission, toBody } from './capture-submission.ts';
import { type CallOptions, type IdentityEventsClientOptions, limitsOf, type SubmitOptions } from './options.ts';
import { withRetries } from './retry.ts';
import { type Call, type Service, send } from './send.ts';

export type {
  CaptureSubmission,
  LinkSubmission,
  NationalIdOcrSubmission,
  NationalIdSubmission,
} from './capture-submission.ts';
export type { ImageSource } from './image-source.ts';
export type { CallOptions, IdentityEventsClientOptions, SubmitOptions } from './options.ts';
export type { AcceptedView, CaptureView };

/**
 * Submits captures and reads how they end.
 *
 * Every call is repeated while that is worth it (no answer, 429, 5xx) and within its deadline; a submission always under the
 * same Idempotency-Key, so that however often it is sent there is one capture. Whatever else goes wrong is thrown at once as one
 * of the classes in `errors`.
 */
export class IdentityEventsClient {
  readonly #service: Service;
  readonly #options: IdentityEventsClientOptions;

  /** Throws `TypeError` or `RangeError` for an option that can not work. */
  constructor(options: IdentityEventsClientOptions) {
    limitsOf(options);
    this.#service = toService(options);
    this.#options = options;
  }

  /** Resolves once the capture is stored: it will have an outcome. Images are read whole before anything is sent. */
  async submit(submission: CaptureSubmission, options: SubmitOptions = {}): Promise<AcceptedView> {
    const { headers, body } = await toBody(submission);
    const { idempotencyKey = randomUUID(), traceparent } = options;
    const own = { 'idempotency-key': idempotencyKey, ...(traceparent ? { traceparent } : {}) };
    const call = { method: 'POST', path: '/v1/captures', headers: { ...headers, ...own }, body } as const;
    return this.#call(call, acceptedView, options);
  }

  /** Where a capture stands now. */
  get(captureId: string, options: CallOptions = {}): Promise<CaptureView> {
    return this.#call({ method: 'GET', path: pathOf(captureId) }, captureView, options);
  }

  async #call<T extends z.ZodType>(call: Call, answer: T, options: CallOptions): Promise<z.output<T>> {
    const limits = limitsOf(this.#options, options);
    const { signal } = options;
    const body = await withRetries(
      (remainingMs) => send(this.#service, call, Math.min(limits.timeoutMs, remainingMs), signal),
      { ...limits, signal },
    );
    const parsed = answer.safeParse(body);
    if (!parsed.success) throw new UnusableAnswerError(`not of the documented form`, { cause: parsed.error });
    return parsed.data;
  }
}

function pathOf(captureId: string): string {
  return `/v1/captures/${encodeURIComponent(captureId)}`;
}

function toService({ baseUrl, apiKey, fetch = globalThis.fetch }: IdentityEventsClientOptions): Service {
  const url = new URL(baseUrl);
  if (!/^https?:$/.test(url.protocol) || url.search || url.hash || url.username)
    throw new TypeError('baseUrl must be http or https, without query or credentials');
  if (!/^[\x21-\x7e]+$/.test(apiKey)) throw new TypeError('apiKey must be one word of visible ASCII characters');
  return { baseUrl: url.href.replace(/\/$/, ''), apiKey, fetch };
}
