import type { CaptureRecord } from '@identity-events/shared/store/capture-record';

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
  /** Resolves to whether the gate is closed now. */
  report(report: CallReport): Promise<{ readonly closed: boolean }>;
}

/** Brings captures that were told to wait back to the workers. */
export interface ParkedCaptures {
  /** Resolves once each capture that is parked can be taken by a worker; others are left as they are. */
  resume(captureIds: readonly string[]): Promise<void>;
}
