import { type Dispatcher, request } from 'undici';
import { deadlinePassed, startDeadline } from './deadline.ts';
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
 * @throws VlensTransportError if there is no whole answer in time and size.
 */
export async function sendHttp(http: HttpRequest, limits: HttpLimits): Promise<HttpAnswer> {
  const { endpoint, method, url, headers, body } = http;
  using deadline = startDeadline(limits.timeoutMs, limits.signal);
  const { signal } = deadline;
  try {
    if (signal.aborted) throw signal.reason;
    const response = await request(url, { dispatcher: limits.dispatcher, method, headers, body, signal });
    const retryAfter = response.headers['retry-after'];
    return {
      status: response.statusCode,
      retryAfter: typeof retryAfter === 'string' ? retryAfter : undefined,
      text: await readBody(response, limits.maxResponseBytes, endpoint),
    };
  } catch (error) {
    if (!signal.aborted) throw toTransportError(error, endpoint);
    if (signal.reason === deadlinePassed) throw new VlensTransportError('timeout', endpoint);
    throw new VlensTransportError('aborted', endpoint, { cause: signal.reason });
  }
}

async function readBody(response: Dispatcher.ResponseData, bytesMax: number, endpoint: EndpointName): Promise<string> {
  const httpStatus = response.statusCode;
  if (httpStatus >= 300 && httpStatus < 400) {
    // Unread, the connection goes with the body; destroying one emits an error that says nothing more.
    response.body.on('error', () => {}).destroy();
    throw new VlensTransportError('redirect_refused', endpoint, { httpStatus });
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  // Leaving the loop by a throw destroys the body and, with it, the connection.
  for await (const chunk of response.body as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > bytesMax) throw new VlensTransportError('response_too_large', endpoint, { httpStatus });
    chunks.push(chunk);
  }
  return new TextDecoder().decode(Buffer.concat(chunks, bytes));
}
