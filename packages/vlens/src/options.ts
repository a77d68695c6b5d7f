import type { Dispatcher } from 'undici';
import type { EndpointName } from './endpoints.ts';
import type { VlensTransportErrorCode } from './transport-error.ts';

/** How to reach the provider as one tenant. */
export interface VlensClientOptions {
  /** `https://api.vlenseg.com` or a stand-in; http or https, without query or credentials. A path is kept as prefix. */
  readonly baseUrl: string;
  /** The tenant's static key. Secret. */
  readonly apiKey: string;
  /** The tenant's name. Needed by `loginAdmin`, sent on those admin calls whose pages ask for it. */
  readonly tenancyName?: string;
  /** The time of one call in ms: waiting for a connection, headers and body together. Default 20,000. */
  readonly timeoutMs?: number;
  /** The largest answer read, in bytes. Default 16 MiB: GetStepImage carries an image as base64. */
  readonly maxResponseBytes?: number;
  /**
   * Connections to send over; stays the caller's to close, and may serve many clients. Default: an `Agent` of this client's own
   * with keep-alive and at most 64 connections; further calls wait, and their deadline runs.
   */
  readonly dispatcher?: Dispatcher;
  /** Told of each call once it is over. What it throws is dropped, for the call has happened. */
  readonly onCall?: (report: CallReport) => void;
}

/** One finished call, for metrics and logs. Holds no personal data. */
export interface CallReport {
  readonly endpoint: EndpointName;
  readonly outcome: 'ok' | 'fault' | 'transport_error';
  /** The HTTP status, if one was seen. */
  readonly status: number | null;
  /** The provider's code on `fault`, ours on `transport_error`. */
  readonly errorCode: number | VlensTransportErrorCode | null;
  readonly durationMs: number;
}

/** What every call takes. */
export interface CallOptions {
  /** Ends the call with `VlensTransportError` `aborted`; the provider may have done the work. */
  readonly signal?: AbortSignal;
  /** Instead of the client's, in ms. */
  readonly timeoutMs?: number;
}

/** A call on behalf of somebody. */
export interface BearerCallOptions extends CallOptions {
  /** The end user's token, or the service account's on admin calls. Secret; without `Bearer`. */
  readonly accessToken: string;
}

/** OCR works with the ApiKey alone; one page of the provider, docs.vlenseg.com "ocr", asks for a bearer all the same. */
export interface OcrCallOptions extends CallOptions {
  /** Sent if given; a 401 or 403 then speaks of it. */
  readonly accessToken?: string;
}
