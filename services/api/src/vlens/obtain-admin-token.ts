import type { AdminCredentials } from '@identity-events/vlens/account-requests';
import type { VlensAnswer } from '@identity-events/vlens/answer';
import type { AdminTokens } from '@identity-events/vlens/token-result';
import type { VlensClient } from '@identity-events/vlens/vlens-client';
import { EvidenceError } from '../identities/evidence-error.ts';
import { type AdminToken, toAdminToken } from './admin-token.ts';
import { answered, toLoginError } from './to-evidence-error.ts';

export interface ObtainAdminTokenDeps {
  readonly client: Pick<VlensClient, 'loginAdmin' | 'refreshToken'>;
  readonly credentials: AdminCredentials;
  /** Longest time of one call, in ms. */
  readonly callMs: number;
  readonly now: () => number;
}

/** A token, and how it was come by. */
export interface ObtainedToken {
  readonly token: AdminToken;
  readonly by: 'refresh' | 'login';
}

/**
 * Gets a new token of the service account in one or two calls: by the refresh token of `previous` while that is valid,
 * and by a login when there is none or the refresh fails, whatever the failure, unless it is "too many calls". Throws
 * `EvidenceError`.
 */
export async function obtainAdminToken(
  deps: ObtainAdminTokenDeps,
  previous: AdminToken | null,
): Promise<ObtainedToken> {
  const refreshed = previous && (await refresh(deps, previous));
  return refreshed ? { token: refreshed, by: 'refresh' } : { token: await login(deps), by: 'login' };
}

async function refresh(deps: ObtainAdminTokenDeps, previous: AdminToken): Promise<AdminToken | null> {
  const { client, callMs, now } = deps;
  const { refreshToken } = previous;
  const askedAt = now();
  if (refreshToken === null || previous.refreshExpiresAt <= askedAt) return null;
  try {
    return toAdminToken(await granted(client.refreshToken(refreshToken, { timeoutMs: callMs })), {
      askedAt,
      refreshed: previous,
    });
  } catch (error) {
    if (error instanceof EvidenceError && error.code !== 'provider_throttled') return null;
    throw error;
  }
}

async function login({ client, credentials, callMs, now }: ObtainAdminTokenDeps): Promise<AdminToken> {
  const askedAt = now();
  const tokens = await granted(client.loginAdmin(credentials, { timeoutMs: callMs }));
  return toAdminToken(tokens, { askedAt, refreshed: null });
}

async function granted(call: Promise<VlensAnswer<AdminTokens>>): Promise<AdminTokens> {
  const answer = await answered(call);
  if (!answer.ok) throw toLoginError(answer.fault);
  return answer.value;
}
