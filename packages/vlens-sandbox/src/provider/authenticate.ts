import type { IncomingHttpHeaders } from 'node:http';
import { hash32 } from '../random.ts';
import type { SandboxState } from '../state/sandbox-state.ts';
import type { Tenant } from '../state/tenant-directory.ts';
import type { SandboxUser } from '../state/user-store.ts';
import { ApiFailure } from './api-failure.ts';
import type { BearerRule } from './call.ts';

const OPEN_TOKEN = /^sandbox-(user|admin)-(expired(?:-|$))?(.*)$/;
const PHONE = /^\+?(20\d{10})$/;

interface Bearer {
  readonly kind: string;
  readonly subject: string;
  readonly expired: boolean;
}

/** The tenant of the `ApiKey` header; throws 401 without an accepted one. */
export function authenticateTenant(headers: IncomingHttpHeaders, state: SandboxState): Tenant {
  const tenant = state.tenants.find(String(headers['apikey'] ?? ''));
  if (tenant === undefined) throw new ApiFailure(401);
  return tenant;
}

/**
 * Checks the bearer token against the route's rule and gives the end user; null where the rule is not `user`. Missing
 * or foreign tokens are answered with 401, tokens of the wrong kind with 403, expired ones as the settings say.
 */
export function authenticateBearer(
  headers: IncomingHttpHeaders,
  rule: BearerRule,
  tenant: Tenant,
  state: SandboxState,
): SandboxUser | null {
  const token = /^Bearer\s*(.*)$/i.exec(headers.authorization ?? '')?.[1]?.trim() ?? '';
  if (rule === 'none' || (rule === 'optional' && token === '')) return null;
  const bearer = readOpenToken(token) ?? readIssuedToken(token, tenant, state);
  if (bearer === null) throw new ApiFailure(401, 'Unauthorized – a valid access token is required.');
  if (bearer.expired) throw new ApiFailure(state.settings.expiredTokenStatus, 'The access token has expired.');
  if (rule === 'optional') return null;
  if (bearer.kind !== rule) throw new ApiFailure(403);
  return rule === 'user' ? state.users.register(tenant.name, bearer.subject) : null;
}

/** Tokens that need no login: `sandbox-user-...`, `sandbox-admin-...`, and either with `expired-` after it. */
function readOpenToken(token: string): Bearer | null {
  const [match, kind, expired, rest = ''] = OPEN_TOKEN.exec(token) ?? [];
  if (match === undefined || kind === undefined) return null;
  return {
    kind,
    subject: PHONE.test(rest) ? `+${PHONE.exec(rest)?.[1]}` : inventedPhone(rest),
    expired: expired !== undefined,
  };
}

function readIssuedToken(token: string, tenant: Tenant, state: SandboxState): Bearer | null {
  const claims = state.tokens.read(token);
  if (claims === null || claims.tenant !== tenant.name) return null;
  return { kind: claims.kind, subject: claims.sub, expired: claims.exp * 1000 <= state.clock.epochMs() };
}

/** A phone number for a token that names none. */
function inventedPhone(text: string): string {
  return `+2010${String(hash32(text) % 100_000_000).padStart(8, '0')}`;
}
