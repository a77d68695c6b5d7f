/** An answer of the service, or why there was none. */
export type Answer =
  | {
      readonly reached: true;
      readonly status: number;
      readonly body: unknown;
      readonly dateMs: number;
      readonly tookMs: number;
    }
  | { readonly reached: false; readonly why: string };

/** Asks the service, within the signal's life. Never throws. */
export type Probe = (path: string, init?: { readonly method?: string }) => Promise<Answer>;

const timeoutMs = 10_000;

/** Asks once each, without the retries of a client: what does not answer now is what the doctor is for. */
export function createProbe(baseUrl: string, apiKey: string | undefined, signal: AbortSignal): Probe {
  const headers: Record<string, string> = apiKey ? { authorization: `Bearer ${apiKey}` } : {};
  return async (path, { method = 'GET' } = {}) => {
    const begun = performance.now();
    try {
      const either = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
      const url = `${baseUrl.replace(/\/$/, '')}${path}`;
      const response = await fetch(url, { method, headers, redirect: 'error', signal: either });
      const text = await response.text();
      const dateMs = Date.parse(response.headers.get('date') ?? '');
      return { reached: true, status: response.status, body: parse(text), dateMs, tookMs: performance.now() - begun };
    } catch (error) {
      signal.throwIfAborted();
      return { reached: false, why: whyOf(error) };
    }
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function whyOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `no answer within ${timeoutMs / 1_000} s`;
  const { cause } = error;
  if (!(cause instanceof Error)) return error.message;
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.message;
}
