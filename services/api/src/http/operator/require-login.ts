import { hash, timingSafeEqual } from 'node:crypto';
import type { RequestHandler, Response } from 'express';

/** Who may see the operators' pages: SHA-256 of their passwords by name. */
export type Operators = ReadonlyMap<string, Buffer>;

const nobody = Buffer.alloc(32);

/**
 * Lets through who logs in by HTTP's Basic scheme (RFC 7617), for which browsers ask by themselves. Whoever changes something must do
 * so from our own pages: browsers send the password along with forms of other sites as well.
 */
export function requireLogin(operators: Operators): RequestHandler {
  return (request, response, next) => {
    const name = nameOf(request.get('authorization'), operators);
    if (name === undefined) {
      response.set('www-authenticate', 'Basic realm="identity-events", charset="UTF-8"');
      return void response.status(401).type('text').send('Log in with the name and password of an operator.\n');
    }
    response.locals['operator'] = name;
    const reads = request.method === 'GET' || request.method === 'HEAD';
    if (reads || request.get('sec-fetch-site') === 'same-origin') return next();
    response.status(403).type('text').send('Changes are taken from our own pages only.\n');
  };
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
