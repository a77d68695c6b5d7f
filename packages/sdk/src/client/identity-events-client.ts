import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { type AcceptedView, acceptedView } from '#contracts/capture-view';
import { type IdentityView, identityView } from '#contracts/identity-view';
import { type SubjectErasureView, subjectErasureView } from '#contracts/subject-erasure';
import { type CaptureView, captureView } from '../open-contracts.ts';
import { type Caller, createCaller, pathOf } from './caller.ts';
import { type CaptureSubmission, toBody } from './capture-submission.ts';
import { type ListFilter, listCaptures } from './list-captures.ts';
import type { CallOptions, IdentityEventsClientOptions, SubmitOptions, WaitOptions } from './options.ts';
import { type BatchItem, type BatchResult, submitBatch } from './submit-batch.ts';
import { waitForOutcome } from './wait-for-outcome.ts';
import { watchCapture } from './watch-capture.ts';

export type {
  CaptureSubmission,
  LinkSubmission,
  NationalIdOcrSubmission,
  NationalIdSubmission,
} from './capture-submission.ts';
export type { ImageSource } from './image-source.ts';
export type { CallOptions, IdentityEventsClientOptions, SubmitOptions, WaitOptions } from './options.ts';
export type { AcceptedView, BatchItem, BatchResult, CaptureView, IdentityView, ListFilter, SubjectErasureView };

/**
 * Submits captures and reads how they end.
 *
 * Every call is repeated while that is worth it (no answer, 429, 5xx) and within its deadline; a submission always under the
 * same Idempotency-Key, so that however often it is sent there is one capture. Whatever else goes wrong is thrown at once as one
 * of the classes in `errors`.
 */
export class IdentityEventsClient {
  readonly #caller: Caller;

  /** Throws `TypeError` or `RangeError` for an option that can not work. */
  constructor(options: IdentityEventsClientOptions) {
    this.#caller = createCaller(options);
  }

  /** Resolves once the capture is stored: it will have an outcome. Images are read whole before anything is sent. */
  async submit(submission: CaptureSubmission, options: SubmitOptions = {}): Promise<AcceptedView> {
    const { headers, body } = await toBody(submission);
    const { idempotencyKey = randomUUID(), traceparent } = options;
    const own = { 'idempotency-key': idempotencyKey, ...(traceparent ? { traceparent } : {}) };
    const call = { method: 'POST', path: '/v1/captures', headers: { ...headers, ...own }, body } as const;
    return this.#caller.call(call, acceptedView, options);
  }

  /**
   * Submits any number of links, a thousand in one request; resolves to what became of each, in their order. One that is refused
   * keeps no other out.
   */
  submitBatch(items: readonly BatchItem[], options: CallOptions = {}): Promise<BatchResult[]> {
    return submitBatch(this.#caller, items, options);
  }

  /** Where a capture stands now. */
  get(captureId: string, options: CallOptions = {}): Promise<CaptureView> {
    return this.#caller.call({ method: 'GET', path: pathOf(captureId) }, captureView, options);
  }

  /** Resolves to the capture once it has its outcome; throws `StillOpenError` when it has none in time. Outages are waited for. */
  wait(captureId: string, options: WaitOptions = {}): Promise<CaptureView> {
    return waitForOutcome(this.#caller, captureId, options);
  }

  /** The capture as it stands, and again after each change, until its event is in Kafka. */
  watch(captureId: string, options: CallOptions = {}): AsyncGenerator<CaptureView, void, undefined> {
    return watchCapture(this.#caller, captureId, options);
  }

  /** Every capture that fits, the latest accepted first, fetched page by page. */
  list(filter: ListFilter = {}, options: CallOptions = {}): AsyncGenerator<CaptureView, void, undefined> {
    return listCaptures(this.#caller, filter, options);
  }

  /** What is kept of a verified person's card, for those who chose to keep it. Personal data; needs the scope `identity:read`. */
  identity(captureId: string, options: CallOptions = {}): Promise<IdentityView> {
    return this.#caller.call({ method: 'GET', path: `${pathOf(captureId)}/identity` }, identityView, options);
  }

  /** Cancels the capture if it has no outcome yet, and erases everything known of it. Erasing twice is the same as once. */
  async erase(captureId: string, options: CallOptions = {}): Promise<void> {
    await this.#caller.call({ method: 'DELETE', path: pathOf(captureId) }, z.undefined(), options);
  }

  /** Erases up to 100 captures of a person; repeat it until `remaining` is 0. */
  eraseSubject(subject: string, options: CallOptions = {}): Promise<SubjectErasureView> {
    const path = `/v1/subjects/${encodeURIComponent(subject)}`;
    return this.#caller.call({ method: 'DELETE', path }, subjectErasureView, options);
  }
}
