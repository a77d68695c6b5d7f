import type { Client } from '@identity-events/shared/tenants/tenant';

/** How an allowance stands, as far as this process knows. */
export interface Standing {
  /** What may still be taken. */
  readonly remaining: number;
  /** Time until all of it may be taken again, in ms. */
  readonly resetMs: number;
}

/** Leave for something of which a client may have so much; `againMs`: not before so many ms from now. */
export type Leave = { readonly standing: Standing } & (
  | { readonly granted: true }
  | { readonly granted: false; readonly againMs: number }
);

/** So much of something, shared by all processes. */
export interface Allowance {
  /** How much it is. */
  readonly limit: Limit;
  /**
   * Takes so many; all or none. Answered at once when this process has them at hand; otherwise Redis is asked, and it throws
   * `AppError('redis_unavailable')`.
   */
  take(count: number): Leave | Promise<Leave>;
  /** Returns what was taken and not used. */
  giveBack(count: number): void;
}

/** So many in any span of so many ms. */
export interface Limit {
  readonly count: number;
  readonly ms: number;
}

/** What a client may have. */
export interface ClientAllowances {
  /** Requests. */
  rateOf(client: Client): Allowance;
  /** Captures of a day, as UTC counts it; null: as many as it likes. */
  quotaOf(client: Client): Allowance | null;
}

/** The one place where all of an allowance is kept. */
export interface Source {
  /** Draws up to `wanted`, and none when there are fewer than `needed`. Throws `AppError('redis_unavailable')`. */
  draw(needed: number, wanted: number): Promise<Draw>;
}

export interface Draw extends Standing {
  readonly drawn: number;
  /** When `needed` may be had, if it is none now; ms. */
  readonly againMs: number;
  /** How long what was drawn may be used; ms. */
  readonly holdMs: number;
}
