import { errorCode } from '@identity-events/shared/runtime/errors';
import type { Logger } from '@identity-events/shared/runtime/logger';
import { EvidenceError } from '../identities/evidence-error.ts';
import type { AdminToken } from './admin-token.ts';
import type { AdminTokenStore, RenewalPause } from './admin-token-store.ts';
import type { ObtainedToken } from './obtain-admin-token.ts';

/** Why a token is renewed. */
type Cause = 'missing' | 'expired' | 'ahead' | 'rejected';

export interface AdminSessionDeps {
  readonly store: AdminTokenStore;
  /** Gets a new token, by the refresh token of `previous` if that is given. Throws `EvidenceError`. */
  readonly obtain: (previous: AdminToken | null) => Promise<ObtainedToken>;
  readonly limits: AdminSessionLimits;
  readonly now: () => number;
  /** Names one renewal among all processes. */
  readonly newOwner: () => string;
  readonly logger: Logger;
}

/** All in ms. */
export interface AdminSessionLimits {
  /** After this time the renewal of another is taken for dead: above the longest that `obtain` may take. */
  readonly lockMs: number;
  /** Longest wait for a renewal by another. Above `lockMs`, so that a dead one is outlived. */
  readonly waitMs: number;
  /** How often a waiting process looks for the new token. */
  readonly pollMs: number;
  /** How long nobody renews after a failure that may pass, unless the provider asks for more. */
  readonly pauseMs: number;
  /** How long nobody renews after the provider refused the account; also the longest pause of all. */
  readonly refusedPauseMs: number;
}

/**
 * The service account's one session with the provider, shared by all processes.
 *
 * However many callers and processes need a new token at the same time, one of them gets it and the others wait for that.
 * A failed renewal fails all who wait, and starts a pause in which nobody tries. Methods throw `EvidenceError` and
 * `AppError('redis_unavailable')`.
 */
export interface AdminSession {
  /** An access token that should work. Near its end it is renewed in the background, and still given out. */
  accessToken(): Promise<string>;
  /** Another access token than the one that the provider rejected: the one that somebody got meanwhile, or a new one. */
  replaceRejected(rejected: string): Promise<string>;
  /** Notes that a new token was rejected too: renewing does not help, so nobody tries for a while. */
  noteRefused(): Promise<void>;
}

export function createAdminSession(deps: AdminSessionDeps): AdminSession {
  const { store, limits, now, logger } = deps;
  const renewals = new Map<string, Promise<AdminToken>>();

  /** One renewal per process of the same stale token; the lock makes it one for all. */
  function renew(stale: AdminToken | null, cause: Cause): Promise<AdminToken> {
    const key = stale?.accessToken ?? '';
    const renewal = renewals.get(key) ?? renewOnce(deps, stale, cause).finally(() => renewals.delete(key));
    renewals.set(key, renewal);
    return renewal;
  }

  return {
    async accessToken() {
      const { token } = await store.read();
      if (token === null) return (await renew(null, 'missing')).accessToken;
      if (token.expiresAt <= now()) return (await renew(token, 'expired')).accessToken;
      if (token.renewAt <= now()) {
        renew(token, 'ahead').catch((error: unknown) => {
          logger.debug('vlens.admin_token.not_ahead', { code: errorCode(error) });
        });
      }
      return token.accessToken;
    },
    async replaceRejected(rejected) {
      const { token } = await store.read();
      if (token && token.accessToken !== rejected && token.expiresAt > now()) return token.accessToken;
      return (await renew(token, 'rejected')).accessToken;
    },
    noteRefused: () => store.pause({ code: 'provider_account_refused', retryAfterMs: null }, limits.refusedPauseMs),
  };
}

/** Renews, or waits for whoever does: until there is a usable token other than `stale`, a pause, or no time left. */
async function renewOnce(deps: AdminSessionDeps, stale: AdminToken | null, cause: Cause): Promise<AdminToken> {
  const { store, limits, now } = deps;
  const owner = deps.newOwner();
  const giveUpAt = performance.now() + limits.waitMs;
  for (;;) {
    // Look only after asking for the lock: its last holder stored what it got before letting go.
    const locked = await store.lock(owner, limits.lockMs);
    const { token, pause } = await store.read();
    const settled = token !== null && token.accessToken !== stale?.accessToken && token.expiresAt > now();
    if (locked && !settled && !pause) return obtainAndShare(deps, owner, { stale, cause });
    if (locked) await store.unlock(owner);
    if (settled) return token;
    if (pause) throw new EvidenceError(pause.code, pause.retryAfterMs);
    if (performance.now() >= giveUpAt) throw new EvidenceError('provider_timeout');
    await new Promise((resolve) => setTimeout(resolve, limits.pollMs));
  }
}

async function obtainAndShare(
  deps: AdminSessionDeps,
  owner: string,
  { stale, cause }: { readonly stale: AdminToken | null; readonly cause: Cause },
): Promise<AdminToken> {
  const { store, now, logger } = deps;
  const startedAt = performance.now();
  const fields = () => ({ cause, durationMs: Math.round(performance.now() - startedAt) });
  try {
    // A token that the provider rejected before its time has a session that ended: only a login starts another.
    const { token, by } = await deps.obtain(cause === 'rejected' ? null : stale);
    await store.write(owner, token, Math.max(token.expiresAt, token.refreshExpiresAt) - now());
    logger.info('vlens.admin_token.renewed', { ...fields(), by });
    return token;
  } catch (error) {
    if (error instanceof EvidenceError) {
      const pause = toPause(error, deps.limits);
      await store.pause(pause.value, pause.ms);
      logger.warn('vlens.admin_token.not_renewed', { ...fields(), code: error.code, pauseMs: pause.ms });
    }
    await store.unlock(owner);
    throw error;
  }
}

/** The provider's own wish counts, within limits: a pause is what every caller meets. */
function toPause(
  { code, retriable, retryAfterMs }: EvidenceError,
  { pauseMs, refusedPauseMs }: AdminSessionLimits,
): { readonly value: RenewalPause; readonly ms: number } {
  const ms = retriable ? Math.min(Math.max(retryAfterMs ?? 0, pauseMs), refusedPauseMs) : refusedPauseMs;
  return { value: { code, retryAfterMs }, ms };
}
