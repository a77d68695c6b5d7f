import { z } from 'zod';
import type { SandboxState } from '../state/sandbox-state.ts';
import { ApiFailure } from './api-failure.ts';
import type { Call, Endpoint } from './call.ts';
import { optionalText, readBody } from './request-fields.ts';

/** The one password that every login refuses. */
export const WRONG_PASSWORD = 'wrong-password';

const ACCESS_SECONDS = 86_400;
const REFRESH_SECONDS = 604_800;

const loginSchema = z.object({
  tenancyName: z.string().min(1).max(256),
  userNameOrEmailAddress: z.string().min(1).max(256),
  password: z.string().min(1).max(32),
});

/**
 * POST credentials/Login (docs page "Authentication"): any name and password do, except the password `wrong-password`.
 */
export const adminLogin: Endpoint = (call, state) => {
  const body = readBody(loginSchema, call.body);
  const header = call.headers['tenancyname'];
  if (header === undefined)
    throw new ApiFailure(400, undefined, [{ field: 'TenancyName', message: 'header required' }]);
  const expected = call.tenant.tenancyName ?? header;
  const isRight = header === body.tenancyName && header === expected && body.password !== WRONG_PASSWORD;
  if (!isRight) throw new ApiFailure(401, 'Unauthorized – wrong tenancy name, user name or password.');
  const issue = issuer(call, state, body.userNameOrEmailAddress);
  return {
    data: {
      accessToken: issue('admin', ACCESS_SECONDS),
      expireInSeconds: ACCESS_SECONDS,
      refreshToken: issue('admin-refresh', REFRESH_SECONDS),
      refreshTokenExpireInSeconds: REFRESH_SECONDS,
    },
  };
};

/**
 * POST credentials/RefreshToken (docs page "Refresh token"): new tokens of the same kind. The old refresh token stays
 * valid.
 */
export const refreshToken: Endpoint = (call, state) => {
  const token = readBody(z.object({ refreshToken: optionalText }), call.body).refreshToken ?? '';
  const claims = state.tokens.read(token);
  const isUsable = claims?.tenant === call.tenant.name && claims.exp * 1000 > state.clock.epochMs();
  if (!isUsable || !claims.kind.endsWith('-refresh')) throw new ApiFailure(401, 'The refresh token is not valid.');
  const isAdmin = claims.kind === 'admin-refresh';
  const seconds = isAdmin ? ACCESS_SECONDS : state.settings.userTokenSeconds;
  const issue = issuer(call, state, claims.sub);
  const accessToken = issue(isAdmin ? 'admin' : 'user', seconds);
  return {
    data: {
      accessToken,
      encryptedAccessToken: encrypted(accessToken),
      expireInSeconds: seconds,
      refreshToken: token,
      newRefreshToken: issue(claims.kind, REFRESH_SECONDS),
    },
  };
};

/** The access and refresh token of an end user. */
export function userTokens(call: Call, state: SandboxState, phoneNumber: string) {
  const issue = issuer(call, state, phoneNumber);
  const accessToken = issue('user', state.settings.userTokenSeconds);
  const refresh = issue('user-refresh', REFRESH_SECONDS);
  return { accessToken, encryptedAccessToken: encrypted(accessToken), refreshToken: refresh };
}

function issuer(call: Call, state: SandboxState, sub: string) {
  return (kind: 'admin' | 'user' | 'admin-refresh' | 'user-refresh', seconds: number) =>
    state.tokens.issue({ kind, tenant: call.tenant.name, sub }, state.clock.epochMs(), seconds);
}

/** Stands in for an encryption that nobody documents; no endpoint takes it. */
function encrypted(token: string): string {
  return Buffer.from(`encrypted:${token.slice(-16)}`).toString('base64');
}
