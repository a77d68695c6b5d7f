/** How to reach the service, and as whom. */
export interface IdentityEventsClientOptions {
  /** Such as `https://identity-events.internal`; http or https. A path is kept as prefix. */
  readonly baseUrl: string;
  /** Your API key. Secret. */
  readonly apiKey: string;
  /** Longest time for one try, in ms. Default: 30,000. */
  readonly timeoutMs?: number;
  /** Longest time for a call with all its tries, in ms. Default: 120,000. */
  readonly deadlineMs?: number;
  /** Tries of a call, the first one included. Default: 5; 1 for none but the first. */
  readonly triesMax?: number;
  /** Instead of Node's own `fetch`: for proxies, certificates, tests. */
  readonly fetch?: typeof globalThis.fetch;
}

/** What every call takes. */
export interface CallOptions {
  /** Ends the call with the signal's reason; the service may have done the work. */
  readonly signal?: AbortSignal;
  /** Instead of the client's, in ms. */
  readonly timeoutMs?: number;
  /** Instead of the client's, in ms. */
  readonly deadlineMs?: number;
}

/** What a submission takes besides. */
export interface SubmitOptions extends CallOptions {
  /**
   * Names this submission: the same key and content is the same capture, however often it is sent. 1 to 255 visible ASCII
   * characters. Default: a new UUID, which covers the tries of this call; give and keep your own to repeat after a restart.
   */
  readonly idempotencyKey?: string;
  /** W3C trace context, which the capture's events will carry. */
  readonly traceparent?: string;
}

/** How long to wait for an outcome. */
export interface WaitOptions extends Omit<CallOptions, 'deadlineMs'> {
  /** In ms. Default: 300,000. */
  readonly waitMs?: number;
}

/** The limits of one call. */
export interface CallLimits {
  readonly timeoutMs: number;
  readonly deadlineMs: number;
  readonly triesMax: number;
}

const defaults: CallLimits = { timeoutMs: 30_000, deadlineMs: 120_000, triesMax: 5 };

/** The client's limits with what a call has of its own. Throws `RangeError` for one that is not a positive number. */
export function limitsOf(client: Partial<CallLimits>, call: CallOptions = {}): CallLimits {
  const limits = {
    timeoutMs: call.timeoutMs ?? client.timeoutMs ?? defaults.timeoutMs,
    deadlineMs: call.deadlineMs ?? client.deadlineMs ?? defaults.deadlineMs,
    triesMax: client.triesMax ?? defaults.triesMax,
  };
  for (const [name, value] of Object.entries(limits)) {
    if (!(value > 0 && Number.isFinite(value))) throw new RangeError(`${name} must be a positive number`);
  }
  return limits;
}
