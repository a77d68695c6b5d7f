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
import { type ReplayView, type replayRequest, replayView } from '#contracts/replay-view';
import { type Caller, createCaller } from './caller.ts';
import { type DeadLetterFilter, listDeadLetters } from './list-dead-letters.ts';
import type { CallOptions, IdentityEventsClientOptions } from './options.ts';

export type { DeadLetterFilter, DeadLetterResults, DeadLetterView, ReplayView };

/** Which dead letters get a new attempt, and how fast. */
export type RedriveSelection = z.input<typeof redriveRequest>;
/** Which dead letters are given up, and how fast. */
export type AbandonSelection = z.input<typeof abandonRequest>;

/** Which outcomes are published again, where, and how fast. */
export type ReplaySelection = z.input<typeof replayRequest>;

const letters = '/v1/ops/dead-letters';
const replays = '/v1/ops/replays';
const jsonBody = { 'content-type': 'application/json' };

/** A call may work for as long as the service allows, and needs some time besides. In ms. */
const workTimeoutMs = deadLetterLimits.secondsMax * 1_000 + 15_000;

/**
 * What an operator does about dead letters and replays, with a key that has the scope `ops`. Limits, tries and errors are those of
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

  /**
   * Asks for past outcomes to be published again, by a worker; resolves once that is on its way. The same selection is refused
   * (`replay-running`) until the first has ended, also when it was this call's own lost try that began it.
   */
  startReplay(selection: ReplaySelection, options: CallOptions = {}): Promise<ReplayView> {
    const body = JSON.stringify(selection);
    return this.#caller.call({ method: 'POST', path: replays, headers: jsonBody, body }, replayView, options);
  }

  /** Where a replay stands. */
  replay(replayId: string, options: CallOptions = {}): Promise<ReplayView> {
    return this.#caller.call(
      { method: 'GET', path: `${replays}/${encodeURIComponent(replayId)}` },
      replayView,
      options,
    );
  }

  /** Has a replay end after the batch under way; what is published stays published. */
  cancelReplay(replayId: string, options: CallOptions = {}): Promise<ReplayView> {
    const path = `${replays}/${encodeURIComponent(replayId)}`;
    return this.#caller.call({ method: 'DELETE', path }, replayView, options);
  }

  #work(what: string, selection: object, options: CallOptions): Promise<DeadLetterResults> {
    const call = {
      method: 'POST',
      path: `${letters}/${what}`,
      headers: jsonBody,
      body: JSON.stringify(selection),
    } as const;
    return this.#caller.call(call, deadLetterResults, { timeoutMs: workTimeoutMs, ...options });
  }
}
