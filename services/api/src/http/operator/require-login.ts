import { hash, timingSafeEqual } from 'node:crypto';
import type { RequestHandler, Response } from 'express';
import { RateLimiterMemory } from 'rate-limiter-flexible';

/** Who may see the operators' pages: SHA-256 of their passwords by name. */
export type Operators = ReadonlyMap<string, Buffer>;

const nobody = Buffer.alloc(32);

/** Wrong logins that one address may try in a minute, by what one process sees; a password is random, so that few are enough. */
const wrongLogins = { points: 10, duration: 60 };

/**
 * Lets through who logs in by HTTP's Basic scheme (RFC 7617), for which browsers ask by themselves. Whoever changes something must do
 * so from our own pages: browsers send the password along with forms of other sites as well. An address that tried too many wrong ones
 * is answered 429 until its minute is over, with the right one too.
 */
export function requireLogin(operators: Operators): RequestHandler {
  const wrong = new RateLimiterMemory(wrongLogins);
  return async (request, response, next) => {
    const authorization = request.get('authorization');
    const address = request.socket.remoteAddress ?? '';
    const tried = await wrong.get(address);
    if (tried && tried.consumedPoints >= wrongLogins.points) return refuse(response, tried.msBeforeNext);
    const name = nameOf(authorization, operators);
    if (name === undefined) {
      // Browsers come without any before they ask for it.
      if (authorization !== undefined) await wrong.penalty(address);
      response.set('www-authenticate', 'Basic realm="identity-events", charset="UTF-8"');
      return void response.status(401).type('text').send('Log in with the name and password of an operator.\n');
    }
    response.locals['operator'] = name;
    const reads = request.method === 'GET' || request.method === 'HEAD';
    if (reads || request.get('sec-fetch-site') === 'same-origin') return next();
    response.status(403).type('text').send('Changes are taken from our own pages only.\n');
  };
}

function refuse(response: Response, againMs: number): void {
  response.set('retry-after', String(Math.max(1, Math.ceil(againMs / 1_000))));
  response.status(429).type('text').send('Too many wrong logins from this address. Try again later.\n');
}

/** The operator that {@link requireLogin} let through. */
export function operatorOf(response: Response): string {
  return String(response.locals['operator']);
}

function nameOf(header: string | undefined, operators: Operators): string | undefined {
  const [, encoded] = /^Basic ([A-Za-z0-9+/=]{1,512})$/i.exec(header ?? '') ?? [];
  if (encoded === undefined) return undefined;
  const [, name, password] = /^([^:]*):(.*)$/s.exec(Buffer.from(encoded, 'base64').toString()) ?? [];
  if (name === undefined || password === undefined) return undefined;
  const known = timingSafeEqual(hash('sha256', password, 'buffer'), operators.get(name) ?? nobody);
  return known ? name : undefined;
}
