import type { Dispatcher } from 'undici';
import type { EndpointName } from './endpoints.ts';
import { toTransportError, VlensTransportError } from './transport-error.ts';

/** One HTTP request, ready to send. */
export interface HttpRequest {
  readonly endpoint: EndpointName;
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | null;
}

/** The answer, read whole. */
export interface HttpAnswer {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly text: string;
}

/** The limits of one request. */
export interface HttpLimits {
  readonly dispatcher: Dispatcher;
  readonly timeoutMs: number;
  readonly maxResponseBytes: number;
  readonly signal: AbortSignal | undefined;
}

/**
 * Sends one request and reads its answer whole, whatever its status says, except a redirect. Never repeats a request.
 *
 * The deadline spans waiting for a connection, sending, headers and body, so a slow drip ends like a hang.
 *
 * It speaks to undici's dispatcher itself: `request` makes a stream of each answer, which here is small and wanted whole.
 *
 * @throws VlensTransportError if there is no whole answer in time and size.
 */
export async function sendHttp(http: HttpRequest, limits: HttpLimits): Promise<HttpAnswer> {
  const { endpoint, method, url, headers, body } = http;
  const { dispatcher, timeoutMs, maxResponseBytes, signal } = limits;
  const exchange = new Exchange(endpoint, maxResponseBytes);
  const onAbort = (): void => exchange.giveUp(new VlensTransportError('aborted', endpoint, { cause: signal?.reason }));
  if (signal?.aborted) onAbort();
  else dispatcher.dispatch({ origin: url.origin, path: url.pathname + url.search, method, headers, body }, exchange);
  const timer = setTimeout(() => exchange.giveUp(new VlensTransportError('timeout', endpoint)), timeoutMs);
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    return await exchange.answer;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  }
}

/** One answer, read as it comes. Whatever ends it first counts. */
class Exchange implements Dispatcher.DispatchHandler {
  readonly #end = Promise.withResolvers<HttpAnswer>();
  readonly #endpoint: EndpointName;
  readonly #bytesMax: number;
  readonly #chunks: Buffer[] = [];
  #bytes = 0;
  #status = 0;
  #retryAfter: string | undefined;
  #controller: Dispatcher.DispatchController | undefined;
  #givenUp: Error | undefined;

  constructor(endpoint: EndpointName, bytesMax: number) {
    this.#endpoint = endpoint;
    this.#bytesMax = bytesMax;
  }

  get answer(): Promise<HttpAnswer> {
    return this.#end.promise;
  }

  /** Ends it without an answer, and its connection with it. One that still waits for a connection will not be sent. */
  giveUp(error: Error): void {
    this.#givenUp = error;
    this.#end.reject(error);
    this.#controller?.abort(error);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#givenUp) controller.abort(this.#givenUp);
  }

  onResponseStart(_: unknown, status: number, headers: Readonly<Record<string, string | string[] | undefined>>): void {
    this.#status = status;
    if (status >= 300 && status < 400) return this.#refuse('redirect_refused');
    const retryAfter = headers['retry-after'];
    this.#retryAfter = typeof retryAfter === 'string' ? retryAfter : undefined;
  }

  onResponseData(_: unknown, chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#bytes > this.#bytesMax) return this.#refuse('response_too_large');
    this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    const text = new TextDecoder().decode(Buffer.concat(this.#chunks, this.#bytes));
    this.#end.resolve({ status: this.#status, retryAfter: this.#retryAfter, text });
  }

  onResponseError(_: unknown, error: Error): void {
    this.#end.reject(toTransportError(error, this.#endpoint));
  }

  #refuse(code: 'redirect_refused' | 'response_too_large'): void {
    this.giveUp(new VlensTransportError(code, this.#endpoint, { httpStatus: this.#status }));
  }
}
