import type { IncomingHttpHeaders } from 'node:http';
import type { SandboxState } from '../state/sandbox-state.ts';
import type { Tenant } from '../state/tenant-directory.ts';
import type { SandboxUser } from '../state/user-store.ts';

/** Which bearer token a route wants beside the API key; `optional`: missing, empty or valid. */
export type BearerRule = 'none' | 'optional' | 'user' | 'admin';

/** A call of the provider's API, authenticated. */
export interface Call {
  readonly tenant: Tenant;
  /** The end user whose token came along, or null. */
  readonly user: SandboxUser | null;
  readonly headers: IncomingHttpHeaders;
  /** Query parameters; names in lower case. */
  readonly query: ReadonlyMap<string, string>;
  readonly body: unknown;
}

/** A successful answer. Endpoints that document `services` give it. */
export interface Answer {
  readonly services?: object;
  readonly data: unknown;
  /** What stands in `error_code`; null unless given. */
  readonly errorCode?: 0 | null;
  /** For the call log. */
  readonly transactionId?: string;
}

/** Answers a call or throws an ApiFailure. */
export type Endpoint = (call: Call, state: SandboxState) => Answer;

/** One route of the provider's API. */
export interface Route {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** Name in the call log and in faults. */
  readonly endpoint: string;
  readonly bearer: BearerRule;
  /** Whether the envelope has a `services` member. */
  readonly hasServices: boolean;
  readonly answer: Endpoint;
}
