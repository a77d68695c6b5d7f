import { createHash, timingSafeEqual } from 'node:crypto';
import type { Request } from 'express';
import { HttpProblem } from './problem.ts';

/** Who may call, known by the hash of the key alone. */
export interface ApiClient {
  readonly name: string;
  readonly tenant: string;
  readonly keySha256: Buffer;
}

/** Reads `API_CLIENTS`, which the configuration has checked. */
export function parseApiClients(setting: string, tenant: string): ApiClient[] {
  return setting.split(',').map((entry) => {
    const [name = '', hash = ''] = entry.split(':');
    return { name, tenant, keySha256: Buffer.from(hash, 'hex') };
  });
}

/**
 * The client behind `Authorization: Bearer <key>` (RFC 6750). Every known hash is compared, in constant time each.
 * Throws the problem `unauthenticated`, which does not tell a missing key from a wrong one.
 */
export function authenticate(request: Request, clients: readonly ApiClient[]): ApiClient {
  const [, key = ''] = /^Bearer ([\x21-\x7e]{1,512})$/i.exec(request.get('authorization') ?? '') ?? [];
  const hash = createHash('sha256').update(key).digest();
  const matches = clients.filter((client) => timingSafeEqual(client.keySha256, hash));
  const [client] = matches;
  if (!client || key === '') {
    throw new HttpProblem('unauthenticated', { detail: 'Send Authorization: Bearer <your API key>.' });
  }
  return client;
}
