import { BoundedCounters } from './bounded-counters.ts';

/** One call that reached the sandbox. */
export interface CallEntry {
  /** Grows by one with every call. */
  readonly seq: number;
  readonly endpoint: string;
  /** Arrival, in ms since 1970. */
  readonly epochMs: number;
  /** Arrival, in ms of a clock that never runs backwards. */
  readonly monotonicMs: number;
  tenant: string | null;
  apiKeyHash: string | null;
  transactionId: string | null;
  /** HTTP status sent; null while none has been. */
  status: number | null;
  errorCode: number | null;
  /** The fault that struck, or null. */
  fault: string | null;
  /** `aborted`: the connection ended before the answer was sent whole. */
  outcome: 'pending' | 'answered' | 'aborted';
  durationMs: number | null;
}

/** A stretch of the log. */
export interface CallPage {
  readonly calls: readonly CallEntry[];
  /** Give this as `since` to read on. */
  readonly next: number;
  /** How many calls after `since` the log has already forgotten. */
  readonly forgotten: number;
}

/** Remembers the latest calls, up to a number, in order of arrival. */
export class CallLog {
  readonly #ring: CallEntry[] = [];
  readonly #callsMax: number;
  readonly counters = new BoundedCounters();
  #count = 0;
  #inFlight = 0;
  #inFlightMax = 0;

  constructor(callsMax: number) {
    this.#callsMax = callsMax;
  }

  /** Calls seen, being answered now, and at most being answered at once. */
  get totals(): { calls: number; inFlight: number; inFlightMax: number } {
    return { calls: this.#count, inFlight: this.#inFlight, inFlightMax: this.#inFlightMax };
  }

  /** Enters a call on its arrival; the entry is filled in as more becomes known. */
  arrive(endpoint: string, epochMs: number, monotonicMs: number): CallEntry {
    const unknown = { tenant: null, apiKeyHash: null, transactionId: null, status: null, errorCode: null, fault: null };
    const seq = this.#count;
    const entry: CallEntry = { seq, endpoint, epochMs, monotonicMs, ...unknown, outcome: 'pending', durationMs: null };
    this.#ring[seq % this.#callsMax] = entry;
    this.#count += 1;
    this.#inFlight += 1;
    this.#inFlightMax = Math.max(this.#inFlightMax, this.#inFlight);
    return entry;
  }

  /** Closes an entry once its connection is done with it. */
  leave(entry: CallEntry, outcome: 'answered' | 'aborted', monotonicMs: number): void {
    entry.outcome = outcome;
    entry.durationMs = monotonicMs - entry.monotonicMs;
    this.#inFlight -= 1;
    this.counters.add(`${entry.endpoint} ${outcome === 'aborted' ? outcome : entry.status} ${entry.errorCode ?? '-'}`);
  }

  /** The calls from number `since` on, at most `limit` of them. */
  read(since: number, limit: number): CallPage {
    const first = Math.max(since, this.#count - this.#callsMax, 0);
    const next = Math.max(first, Math.min(first + limit, this.#count));
    const calls = Array.from({ length: next - first }, (_, index) => this.#ring[(first + index) % this.#callsMax]);
    return { calls: calls as CallEntry[], next, forgotten: Math.max(0, first - since) };
  }
}
