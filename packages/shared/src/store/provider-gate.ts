import type { CaptureRecord } from './capture-record.ts';

/** Whether a capture may make its next provider call. */
export type Turn =
  /** Call now. */
  | { readonly go: true; readonly standing: Standing }
  /** Not now: the capture is woken when it is its turn, at the latest at `at` (epoch ms). */
  | { readonly go: false; readonly at: number; readonly cause: string };

/**
 * How the tenant's last calls went. Unless `well`, the end of this one must be reported, also when it goes well;
 * a `probe` is the one call that finds out whether a closed gate may open.
 */
export type Standing = 'well' | 'troubled' | 'probe';

/** What a call told about the provider as a whole. */
export type ProviderState =
  | 'well'
  /** No answer, or one that says "not able": a few of these in a row close the gate. */
  | 'down'
  /** "Too many calls": closes the gate at once. */
  | 'busy'
  /** The tenant's account is refused: closes the gate at once, until somebody mends it. */
  | 'account';

/** A report of how a call ended. */
export interface CallReport {
  readonly tenant: string;
  readonly state: ProviderState;
  readonly standing: Standing;
  /** Stable code of what happened, for operators. */
  readonly code: string;
  readonly retryAfterMs?: number | undefined;
}

/**
 * Keeps each tenant's calls within its windows, and away from a provider that is down.
 *
 * Shared by all workers. Interactive captures go before bulk ones, older before newer; tenants do not wait for each
 * other. Waiting takes no worker slot. Throws `AppError('redis_unavailable')`.
 */
export interface ProviderGate {
  take(capture: Pick<CaptureRecord, 'id' | 'tenant' | 'lane' | 'createdAt'>): Promise<Turn>;
  /**
   * Takes a call for somebody who will not wait in the room: a request that is answered now or not at all. Goes past those
   * who wait, within the windows; does not go when the call would have to wait for more than `waitMsMax`.
   */
  takeNow(tenant: string, waitMsMax: number): Promise<Turn>;
  /** Resolves to whether the gate is closed now. */
  report(report: CallReport): Promise<{ readonly closed: boolean }>;
}
