import { createHmac } from 'node:crypto';
import { z } from 'zod';

const claimsSchema = z.object({
  kind: z.enum(['admin', 'user', 'admin-refresh', 'user-refresh']),
  tenant: z.string(),
  /** Phone number of the user, or name of the administrator. */
  sub: z.string(),
  /** Seconds since 1970. */
  iat: z.number(),
  exp: z.number(),
});

/** What a token says. */
export type TokenClaims = z.infer<typeof claimsSchema>;

const HEADER = encode({ alg: 'HS256', typ: 'JWT' });

/** Issues and reads JWTs. It keeps no record of them, so a sandbox of the same seed accepts them after a restart. */
export class TokenIssuer {
  readonly #secret: string;

  constructor(seed: string) {
    this.#secret = `vlens-sandbox:${seed}`;
  }

  /** A token that expires after that many seconds. */
  issue(claims: Omit<TokenClaims, 'iat' | 'exp'>, nowMs: number, seconds: number): string {
    const iat = Math.floor(nowMs / 1000);
    const content = `${HEADER}.${encode({ ...claims, iat, exp: iat + seconds })}`;
    return `${content}.${this.#sign(content)}`;
  }

  /** The claims of a token that was issued here; null for any other. An expired one is still read. */
  read(token: string): TokenClaims | null {
    const [header, payload, signature] = token.split('.');
    if (header !== HEADER || payload === undefined || signature !== this.#sign(`${header}.${payload}`)) return null;
    return claimsSchema.parse(JSON.parse(Buffer.from(payload, 'base64url').toString()));
  }

  #sign(content: string): string {
    return createHmac('sha256', this.#secret).update(content).digest('base64url');
  }
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
