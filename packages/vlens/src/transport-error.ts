import type { EndpointName } from './endpoints.ts';

/**
 * Why there is no usable answer.
 *
 * - `aborted`: the caller's signal fired, or the client was closed
 * - `timeout`: connection, headers and body together took longer than the call may
 * - `connect_failed`: no connection (DNS, refused, unreachable): the provider saw nothing
 * - `tls_failed`: the certificate or the handshake was refused: the provider saw nothing
 * - `connection_lost`: reset, or the body ended early: the provider may have done the work
 * - `redirect_refused`: a 3xx; credentials and images go nowhere but to the base URL
 * - `response_too_large`: more than `maxResponseBytes`
 * - `response_malformed`: not HTTP, or a 2xx whose body is not JSON
 * - `response_unexpected`: JSON, but a member we need has another type than documented
 */
export type VlensTransportErrorCode =
  | 'aborted'
  | 'timeout'
  | 'connect_failed'
  | 'tls_failed'
  | 'connection_lost'
  | 'redirect_refused'
  | 'response_too_large'
  | 'response_malformed'
  | 'response_unexpected';

/** What was seen, beside the code. None of it may stem from a body. */
export interface TransportErrorFacts {
  readonly httpStatus?: number;
  /** The code of Node or undici, such as `ECONNRESET`. */
  readonly causeCode?: string;
  readonly cause?: unknown;
}

// The provider would send the same bytes again; everything else is weather.
const lasting: ReadonlySet<VlensTransportErrorCode> = new Set(['response_too_large', 'response_unexpected']);

/**
 * The one error that a call throws: there is no usable answer, so nothing is known about the person.
 *
 * Message and fields hold no part of a request or response; for that reason only `aborted` has a `cause`, the caller's own.
 */
export class VlensTransportError extends Error {
  override readonly name = 'VlensTransportError';
  readonly code: VlensTransportErrorCode;
  readonly endpoint: EndpointName;
  /** The same request may succeed later. */
  readonly retriable: boolean;
  readonly httpStatus: number | null;
  readonly causeCode: string | null;

  constructor(code: VlensTransportErrorCode, endpoint: EndpointName, facts: TransportErrorFacts = {}) {
    const detail = facts.causeCode ?? facts.httpStatus;
    const message = `vlens ${endpoint}: ${code}${detail === undefined ? '' : ` (${detail})`}`;
    super(message, 'cause' in facts ? { cause: facts.cause } : undefined);
    this.code = code;
    this.endpoint = endpoint;
    this.retriable = !lasting.has(code);
    this.httpStatus = facts.httpStatus ?? null;
    this.causeCode = facts.causeCode ?? null;
  }
}

// The first match decides.
const byCauseCode: readonly (readonly [RegExp, VlensTransportErrorCode])[] = [
  [/^UND_ERR_(CLOSED|DESTROYED)$/, 'aborted'],
  [/^(UND_ERR_(CONNECT|HEADERS|BODY)_TIMEOUT|ETIMEDOUT)$/, 'timeout'],
  [/CERT|TLS|SSL|^UNABLE_TO_|^EPROTO$/, 'tls_failed'],
  [/^(ECONNREFUSED|ENOTFOUND|EAI_\w+|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|EMFILE|ENFILE)$/, 'connect_failed'],
  [/^(HPE_\w+|HTTPParserError|UND_ERR_HEADERS_OVERFLOW)$/, 'response_malformed'],
  [/^UND_ERR_RES_EXCEEDED_MAX_SIZE$/, 'response_too_large'],
  [/^(?!.*INVALID)(E[A-Z]+|ERR_\w+|UND_ERR_\w+)$/, 'connection_lost'],
];

/**
 * Names an error of Node or undici by its code. One without a code, or that complains of an invalid argument, is a bug and comes
 * back as it is.
 */
export function toTransportError(error: unknown, endpoint: EndpointName): unknown {
  const causeCode = codeOf(error);
  const match = byCauseCode.find(([pattern]) => pattern.test(causeCode));
  return match ? new VlensTransportError(match[1], endpoint, { causeCode }) : error;
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  // undici's parser error may come without a code, and with the bytes of the answer.
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
