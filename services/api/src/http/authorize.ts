import { createHash, timingSafeEqual } from 'node:crypto';
import type { Request } from 'express';
import type { ApiClient, ApiScope } from './api-clients.ts';
import { HttpProblem } from './problem.ts';

/**
 * The client behind `Authorization: Bearer <key>` (RFC 6750), if it may do what the scope stands for. Throws the problem
 * `unauthenticated`, which does not tell a missing key from a wrong one, or `forbidden`.
 */
export function authorize(request: Request, clients: readonly ApiClient[], scope: ApiScope): ApiClient {
  const client = authenticate(request, clients);
  if (client.scopes.has(scope)) return client;
  throw new HttpProblem('forbidden', { detail: `This API key lacks the scope ${scope}.` });
}

/** Every known hash is compared, in constant time each. */
function authenticate(request: Request, clients: readonly ApiClient[]): ApiClient {
  const [, key = ''] = /^Bearer ([\x21-\x7e]{1,512})$/i.exec(request.get('authorization') ?? '') ?? [];
  const hash = createHash('sha256').update(key).digest();
  const matches = clients.filter((client) => timingSafeEqual(client.keySha256, hash));
  const [client] = matches;
  if (!client || key === '') {
    throw new HttpProblem('unauthenticated', { detail: 'Send Authorization: Bearer <your API key>.' });
  }
  return client;
}
