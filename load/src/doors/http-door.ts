import { Pool } from 'undici';
import { z } from 'zod';
import type { Door } from './door.ts';

export interface HttpDoorSettings {
  /** Address of the API, without a path. */
  readonly url: string;
  readonly apiKey: string;
  /** Connections kept open, each with one request at a time. What finds none free waits, and that counts as latency. */
  readonly connections: number;
  readonly timeoutMs: number;
}

const accepted = z.object({ id: z.string() });

/** Submits over HTTP as any client would, on connections that are kept open. */
export function openHttpDoor({ url, apiKey, connections, timeoutMs }: HttpDoorSettings): Door {
  const pool = new Pool(url, { connections, pipelining: 1, headersTimeout: timeoutMs, bodyTimeout: timeoutMs });
  return {
    async submit({ idempotencyKey, encode }) {
      const { contentType, body } = encode();
      const headers = {
        authorization: `Bearer ${apiKey}`,
        'content-type': contentType,
        'idempotency-key': idempotencyKey,
      };
      try {
        const response = await pool.request({ method: 'POST', path: '/v1/captures', headers, body });
        if (response.statusCode === 202) return { captureId: accepted.parse(await response.body.json()).id };
        await response.body.dump();
        return { refused: `HTTP ${response.statusCode}` };
      } catch (error) {
        return { refused: nameOf(error) };
      }
    },
    close: () => pool.destroy(),
  };
}

function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return 'error';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
