import type { z } from 'zod';
import {
  type abandonRequest,
  type DeadLetterResults,
  type DeadLetterView,
  deadLetterLimits,
  deadLetterResults,
  deadLetterView,
  type redriveRequest,
} from '#contracts/dead-letter-view';
import { type Caller, createCaller } from './caller.ts';
import { type DeadLetterFilter, listDeadLetters } from './list-dead-letters.ts';
import type { CallOptions, IdentityEventsClientOptions } from './options.ts';

export type { DeadLetterFilter, DeadLetterResults, DeadLetterView };

/** Which dead letters get a new attempt, and how fast. */
export type RedriveSelection = z.input<typeof redriveRequest>;
/** Which dead letters are given up, and how fast. */
export type AbandonSelection = z.input<typeof abandonRequest>;

const letters = '/v1/ops/dead-letters';

/** A call may work for as long as the service allows, and needs some time besides. In ms. */
const workTimeoutMs = deadLetterLimits.secondsMax * 1_000 + 15_000;

/**
 * What an operator does about dead letters, with a key that has the scope `ops`. Limits, tries and errors are those of
 * `IdentityEventsClient`; repeating any of these calls does no harm.
 */
export class OperationsClient {
  readonly #caller: Caller;

  /** Throws `TypeError` or `RangeError` for an option that can not work. */
  constructor(options: IdentityEventsClientOptions) {
    this.#caller = createCaller(options);
  }

  /** Every dead letter that fits, the oldest first, fetched page by page. Letters that leave meanwhile may hide others. */
  deadLetters(
    filter: DeadLetterFilter = {},
    options: CallOptions = {},
  ): AsyncGenerator<DeadLetterView, void, undefined> {
    return listDeadLetters(this.#caller, filter, options);
  }

  /** The dead letter of a capture. */
  deadLetter(captureId: string, options: CallOptions = {}): Promise<DeadLetterView> {
    const path = `${letters}/${encodeURIComponent(captureId)}`;
    return this.#caller.call({ method: 'GET', path }, deadLetterView, options);
  }

  /** Gives captures a new attempt; provider calls that are done are not repeated. Resolves to what became of each. */
  redrive(selection: RedriveSelection, options: CallOptions = {}): Promise<DeadLetterResults> {
    return this.#work('redrive', selection, options);
  }

  /** Fails captures as `internal_error`, each with its event. Resolves to what became of each. */
  abandon(selection: AbandonSelection, options: CallOptions = {}): Promise<DeadLetterResults> {
    return this.#work('abandon', selection, options);
  }

  #work(what: string, selection: object, options: CallOptions): Promise<DeadLetterResults> {
    const headers = { 'content-type': 'application/json' };
    const call = { method: 'POST', path: `${letters}/${what}`, headers, body: JSON.stringify(selection) } as const;
    return this.#caller.call(call, deadLetterResults, { timeoutMs: workTimeoutMs, ...options });
  }
}
