import { hash } from 'node:crypto';
import type { ApiScope } from '@identity-events/shared/contracts/scopes';
import type { Client, Tenants } from '@identity-events/shared/tenants/tenant';
import type { Request, RequestHandler, Response } from 'express';
import { HttpProblem } from './problem.ts';

/**
 * Lets through who sends `Authorization: Bearer <key>` (RFC 6750) with a key that may do what the scope stands for. Throws the
 * problem `unauthenticated`, which does not tell a missing key from a wrong one, or `forbidden`.
 */
export function requireScope(tenants: Pick<Tenants, 'clientOf'>, scope: ApiScope): RequestHandler {
  return (request, response, next) => {
    const client = authenticate(request, tenants);
    if (!client.scopes.has(scope)) {
      throw new HttpProblem('forbidden', { detail: `This API key lacks the scope ${scope}.` });
    }
    response.locals['client'] = client;
    next();
  };
}

/** The client that {@link requireScope} let through. */
export function clientOf(response: Response): Client {
  return response.locals['client'] as Client;
}

function authenticate(request: Request, tenants: Pick<Tenants, 'clientOf'>): Client {
  const [, key] = /^Bearer ([\x21-\x7e]{1,512})$/i.exec(request.get('authorization') ?? '') ?? [];
  const client = key === undefined ? undefined : tenants.clientOf(hash('sha256', key, 'buffer'));
  if (client) return client;
  throw new HttpProblem('unauthenticated', { detail: 'Send Authorization: Bearer <your API key>.' });
}
