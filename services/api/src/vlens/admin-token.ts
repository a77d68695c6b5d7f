import type { AdminTokens } from '@identity-events/vlens/token-result';
import { z } from 'zod';
import { EvidenceError } from '../identities/evidence-error.ts';

/** A token of the service account, with its times in ms since 1970. Secret. */
export const adminToken = z.object({
  accessToken: z.string(),
  /** From here on it is renewed while it still works. */
  renewAt: z.number(),
  expiresAt: z.number(),
  refreshToken: z.string().nullable(),
  refreshExpiresAt: z.number(),
});
export type AdminToken = z.infer<typeof adminToken>;

/** Part of a token's life after which it is renewed. */
const renewalPoint = 0.85;
// As documented on docs.vlenseg.com, "authentication"; used where the provider names no time.
const lifeSecondsDocumented = 86_400;
const refreshLifeSecondsDocumented = 604_800;
const lifeSecondsMin = 60;

/** What the provider's tokens are worth. */
export interface TokenOrigin {
  /** When they were asked for, in ms: their life is counted from there, so it never ends later than we believe. */
  readonly askedAt: number;
  /** The token that was refreshed; a refresh does not say how long its new refresh token lives, so the old end stays. */
  readonly refreshed: AdminToken | null;
}

/**
 * Notes the times of tokens just issued. Lives are held between a minute and 7 days, whatever the provider says, so that
 * no answer makes us log in for every call.
 *
 * Throws `EvidenceError('provider_answer_unusable')` on a token that can't be sent as a header (RFC 6750, RFC 9110).
 */
export function toAdminToken(tokens: AdminTokens, { askedAt, refreshed }: TokenOrigin): AdminToken {
  if (!/^[\x21-\x7e]{1,16384}$/.test(tokens.accessToken)) throw new EvidenceError('provider_answer_unusable');
  const lifeMs = toLifeMs(tokens.expireInSeconds ?? lifeSecondsDocumented);
  const named = tokens.refreshTokenExpireInSeconds;
  const refreshLifeMs = toLifeMs(named ?? refreshLifeSecondsDocumented);
  return {
    accessToken: tokens.accessToken,
    renewAt: askedAt + lifeMs * renewalPoint,
    expiresAt: askedAt + lifeMs,
    refreshToken: tokens.refreshToken,
    refreshExpiresAt: named === null && refreshed ? refreshed.refreshExpiresAt : askedAt + refreshLifeMs,
  };
}

function toLifeMs(seconds: number): number {
  return Math.min(Math.max(seconds, lifeSecondsMin), refreshLifeSecondsDocumented) * 1_000;
}
