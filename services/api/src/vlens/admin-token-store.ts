import { createHash } from 'node:crypto';
import { AppError } from '@identity-events/shared/runtime/errors';
import { keys } from '@identity-events/shared/store/keys';
import { whileRedisIsUp } from '@identity-events/shared/store/redis-errors';
import { runScript, script } from '@identity-events/shared/store/run-script';
import { openText, type Sealer, sealText } from '@identity-events/shared/store/seal';
import type { Redis } from 'ioredis';
import { z } from 'zod';
import { evidenceErrorCodes } from '../identities/evidence-error.ts';
import { type AdminToken, adminToken } from './admin-token.ts';

/** Why the last renewal failed, while nobody shall try again. */
const renewalPause = z.object({ code: z.enum(evidenceErrorCodes), retryAfterMs: z.number().nullable() });
export type RenewalPause = z.infer<typeof renewalPause>;

/** Whose token. A token goes to no other account, and to no other address, than the one that issued it. */
export interface AdminAccount {
  readonly tenant: string;
  readonly baseUrl: string;
  readonly tenancyName: string;
  readonly user: string;
}

/**
 * Where all processes share the one token of a service account, and agree on who renews it. The token is sealed.
 * Every method throws `AppError('redis_unavailable')` when Redis is away.
 */
export interface AdminTokenStore {
  /** What stands now. A token that can't be opened (its key left the ring) counts as none. */
  read(): Promise<{ readonly token: AdminToken | null; readonly pause: RenewalPause | null }>;
  /** True when `owner` alone may renew for the next `lockMs`. It ends by itself if its holder dies. */
  lock(owner: string, lockMs: number): Promise<boolean>;
  /** Gives the lock back, if it is still the owner's. */
  unlock(owner: string): Promise<void>;
  /** Stores a token for `keepMs` and ends the pause and the owner's lock; does nothing when another renews meanwhile. */
  write(owner: string, token: AdminToken, keepMs: number): Promise<void>;
  /** Makes everybody leave renewals alone for `pauseMs`. */
  pause(pause: RenewalPause, pauseMs: number): Promise<void>;
}

/** KEYS: token, lock, pause. ARGV: owner, sealed token, ms to keep. Returns 1, or 0 when another holds the lock. */
const writeScript = script(`
local holder = redis.call('GET', KEYS[2])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
redis.call('DEL', KEYS[2], KEYS[3])
return 1
`);

/** KEYS: lock. ARGV: owner. */
const unlockScript = script(`
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
`);

export function createAdminTokenStore(redis: Redis, sealer: Sealer, account: AdminAccount): AdminTokenStore {
  const { tenant } = account;
  const accountId = toAccountId(account);
  const token = keys.adminToken(tenant, accountId);
  const lock = keys.adminTokenLock(tenant, accountId);
  const pause = keys.adminTokenPause(tenant, accountId);
  const context = `${tenant}/admin-token/${accountId}`;
  return {
    async read() {
      const [sealed, paused] = await whileRedisIsUp(() => redis.mget(token, pause));
      return {
        token: sealed ? openToken(sealer, sealed, context) : null,
        pause: paused ? renewalPause.parse(JSON.parse(paused)) : null,
      };
    },
    lock: async (owner, lockMs) => (await whileRedisIsUp(() => redis.set(lock, owner, 'PX', lockMs, 'NX'))) === 'OK',
    unlock: async (owner) => void (await runScript(redis, unlockScript, [lock], [owner])),
    async write(owner, value, keepMs) {
      const sealed = sealText(sealer, JSON.stringify(value), context);
      await runScript(redis, writeScript, [token, lock, pause], [owner, sealed, Math.ceil(keepMs)]);
    },
    pause: async (value, pauseMs) =>
      void (await whileRedisIsUp(() => redis.set(pause, JSON.stringify(value), 'PX', Math.ceil(pauseMs)))),
  };
}

/** Names an account without telling it. */
function toAccountId({ baseUrl, tenancyName, user }: AdminAccount): string {
  return createHash('sha256')
    .update(JSON.stringify([baseUrl, tenancyName, user]))
    .digest('base64url')
    .slice(0, 22);
}

function openToken(sealer: Sealer, sealed: string, context: string): AdminToken | null {
  try {
    return adminToken.parse(JSON.parse(openText(sealer, sealed, context)), { reportInput: false });
  } catch (error) {
    if (error instanceof AppError && error.code === 'seal_broken') return null;
    throw error;
  }
}
