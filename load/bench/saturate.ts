import { Pool } from 'undici';
import type { Submission } from '../src/submissions.ts';

export interface Saturation {
  readonly url: string;
  /** Default `/v1/captures`. */
  readonly path?: string;
  readonly apiKey: string;
  /** Connections, each with one request at a time. */
  readonly connections: number;
  readonly ms: number;
  readonly next: () => Submission;
}

const timeoutMs = 15_000;

/**
 * How many submissions per second a server accepts when it never has to wait for one: the next is sent on each connection as
 * soon as the last is answered. A closed model, which is right for this one question, and for latencies wrong.
 * Throws when anything but 202 is answered, for errors are fast.
 */
export async function saturate({ url, path = '/v1/captures', apiKey, connections, ms, next }: Saturation) {
  const pool = new Pool(url, { connections, pipelining: 1, headersTimeout: timeoutMs, bodyTimeout: timeoutMs });
  let accepted = 0;
  const startedAt = performance.now();
  const one = async (): Promise<void> => {
    while (performance.now() - startedAt < ms) {
      const { idempotencyKey, encode } = next();
      const { contentType, body } = encode();
      const headers = {
        authorization: `Bearer ${apiKey}`,
        'content-type': contentType,
        'idempotency-key': idempotencyKey,
      };
      const response = await pool.request({ method: 'POST', path, headers, body });
      await response.body.dump();
      if (response.statusCode !== 202) throw new Error(`${url}${path} answered ${response.statusCode}`);
      accepted += 1;
    }
  };
  try {
    await Promise.all(Array.from({ length: connections }, one));
    return { accepted, perSecond: (accepted * 1_000) / (performance.now() - startedAt) };
  } finally {
    await pool.close();
  }
}
