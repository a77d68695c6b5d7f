import { ConnectionError, IdentityEventsError, TimeoutError, UnusableAnswerError } from '../errors.ts';
import { toProblemError } from './problem.ts';

/** One call of the service, ready to be sent any number of times. */
export interface Call {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Begins with `/v1`. */
  readonly path: string;
  readonly query?: URLSearchParams;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | FormData;
}

/** Where calls go. */
export interface Service {
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly fetch: typeof globalThis.fetch;
}

const answerBytesMax = 16 * 1024 * 1024;

/**
 * Sends a call once and reads the answer whole.
 *
 * @throws ProblemError when the service refuses; ConnectionError, TimeoutError without a whole answer; the reason of the
 * caller's signal once that is aborted.
 */
export async function send(service: Service, call: Call, timeoutMs: number, signal?: AbortSignal): Promise<unknown> {
  signal?.throwIfAborted();
  const timeout = AbortSignal.timeout(Math.max(1, Math.ceil(timeoutMs)));
  try {
    const response = await open(service, call, signal ? AbortSignal.any([signal, timeout]) : timeout);
    const text = await readText(response);
    if (!response.ok) throw toProblemError(response, text);
    return text === '' ? undefined : JSON.parse(text);
  } catch (error) {
    throw toCallError(error, timeout, signal);
  }
}

/** What a fault on the way is to the caller. */
export function toCallError(error: unknown, timeout: AbortSignal, signal: AbortSignal | undefined): unknown {
  if (error instanceof IdentityEventsError) return error;
  if (signal?.aborted) return signal.reason;
  if (timeout.aborted) return new TimeoutError('no whole answer arrived in time', { cause: error });
  if (error instanceof SyntaxError) return new UnusableAnswerError('the answer is not JSON', { cause: error });
  // What fetch and its body throw for anything that went wrong on the way.
  return error instanceof TypeError ? new ConnectionError('no whole answer arrived', { cause: error }) : error;
}

/** Sends a call and resolves once its answer has begun. Redirects are refused: the key is for this address alone. */
export function open(
  service: Service,
  { method, path, query, headers, body }: Call,
  signal: AbortSignal,
): Promise<Response> {
  const url = `${service.baseUrl}${path}${query?.size ? `?${query.toString()}` : ''}`;
  return service.fetch(url, {
    method,
    headers: { accept: 'application/json', ...headers, authorization: `Bearer ${service.apiKey}` },
    redirect: 'error',
    signal,
    ...(body === undefined ? {} : { body }),
  });
}

/** Reads the body of an answer, 16 MiB at most. */
export async function readText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength;
    if (bytes > answerBytesMax) throw new UnusableAnswerError('the answer is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
