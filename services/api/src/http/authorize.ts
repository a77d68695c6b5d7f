import { hash } from 'node:crypto';
import type { ApiScope } from '@identity-events/shared/contracts/scopes';
import type { Client, Tenants } from '@identity-events/shared/tenants/tenant';
import type { RequestHandler, Response } from 'express';
import { HttpProblem } from './problem.ts';

/**
 * Lets through who sends `Authorization: Bearer <key>` (RFC 6750) with a key of a client. Throws the problem `unauthenticated`, which
 * does not tell a missing key from a wrong one.
 */
export function authenticate(tenants: Pick<Tenants, 'clientOf'>): RequestHandler {
  return (request, response, next) => {
    const [, key] = /^Bearer ([\x21-\x7e]{1,512})$/i.exec(request.get('authorization') ?? '') ?? [];
    const client = key === undefined ? undefined : tenants.clientOf(hash('sha256', key, 'buffer'));
    if (!client) throw new HttpProblem('unauthenticated', { detail: 'Send Authorization: Bearer <your API key>.' });
    response.locals['client'] = client;
    next();
  };
}

/** The client that {@link authenticate} let through. */
export function clientOf(response: Response): Client {
  return response.locals['client'] as Client;
}

/** Lets through whose key may do what the scope stands for. Throws the problem `forbidden`. */
export function requireScope(scope: ApiScope): RequestHandler {
  return (_request, response, next) => {
    if (clientOf(response).scopes.has(scope)) return next();
    throw new HttpProblem('forbidden', { detail: `This API key lacks the scope ${scope}.` });
  };
}
