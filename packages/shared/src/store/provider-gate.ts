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
  /**
   * Resolves when the call is to be made at once, or when it is not the capture's turn. `prepare` runs at most once, while the
   * turn is waited for: what the call needs should be at hand when its time comes. What it throws is thrown here.
   */
  take(
    capture: Pick<CaptureRecord, 'id' | 'tenant' | 'lane' | 'createdAt'>,
    prepare?: () => Promise<unknown>,
  ): Promise<Turn>;
  /** Resolves to whether the gate is closed now. */
  report(report: CallReport): Promise<{ readonly closed: boolean }>;
}

/** The same budget for those who are answered now or not at all. */
export interface ProviderBudget {
  /**
   * Takes a call, past those who wait in the room, and waits for its time, `waitMsMax` at most. Does not go when that is too
   * long or the gate is closed; `at` tells when to ask again. Throws `AppError('redis_unavailable')`.
   */
  takeNow(tenant: string, waitMsMax: number): Promise<Turn>;
}
