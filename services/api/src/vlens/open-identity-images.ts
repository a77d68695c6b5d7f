import { captureLimits } from '@identity-events/shared/contracts/capture';
import type { Releases } from '@identity-events/shared/runtime/lifecycle';
import type { Logger } from '@identity-events/shared/runtime/logger';
import type { ProviderBudget } from '@identity-events/shared/store/provider-gate';
import type { Sealer } from '@identity-events/shared/store/seal';
import { rememberByAccount } from '@identity-events/shared/tenants/by-account';
import type { AdminAccount, Tenants, VlensAccount } from '@identity-events/shared/tenants/tenant';
import { createVlensClient } from '@identity-events/vlens/create-vlens-client';
import type { CallReport } from '@identity-events/vlens/options';
import type { VlensClient } from '@identity-events/vlens/vlens-client';
import type { Redis } from 'ioredis';
import { EvidenceError } from '../identities/evidence-error.ts';
import type { IdentityImages } from '../identities/identity-images.ts';
import { type AdminSessionLimits, createAdminSession } from './admin-session.ts';
import { createAdminTokenStore } from './admin-token-store.ts';
import { obtainAdminToken } from './obtain-admin-token.ts';
import { createVlensIdentityImages, type EvidenceAccess } from './vlens-identity-images.ts';

export interface OpenIdentityImagesDeps {
  readonly redis: Redis;
  readonly sealer: Sealer;
  readonly logger: Logger;
  readonly releases: Releases;
  readonly now: () => number;
  readonly newOwner: () => string;
  /** The provider's budget, which these calls share with the workers'. */
  readonly budget: ProviderBudget;
  /** Longest time of one call, in ms. */
  readonly timeoutMs: number;
  /** Told of each call once it is over. */
  readonly onCall: (call: CallReport) => void;
}

/** An image of the provider's limit in base64, and room for what stands around it. */
const answerBytesMax = Math.ceil((captureLimits.imageBytesMax * 4) / 3) + 64 * 1024;
/** How long a request waits for its turn; then it is told to come back. */
const turnMsMax = 2_000;
/** Logging in is quick, and everybody waits for it. */
const loginMsMax = 5_000;

/** The evidence of every tenant with a service account; every read of another one is refused. */
export function openIdentityImages(tenants: Pick<Tenants, 'tenantOf'>, deps: OpenIdentityImagesDeps): IdentityImages {
  const accesses = rememberByAccount(tenants, ({ admin, ...account }, tenant) => {
    if (!admin) return { made: undefined, close: async () => undefined };
    return openAccess(tenant, { ...account, admin }, deps);
  });
  deps.releases.onStop('vlens', () => accesses.close());
  return createVlensIdentityImages((tenant) => accesses.of(tenant));
}

/** Joins client and session of one tenant. */
function openAccess(
  tenant: string,
  { baseUrl, apiKey, admin }: VlensAccount & { readonly admin: AdminAccount },
  { redis, sealer, logger, now, newOwner, budget, timeoutMs, onCall }: OpenIdentityImagesDeps,
): { made: EvidenceAccess; close: () => Promise<void> } {
  const { tenancyName, user, password } = admin;
  const unpaced = createVlensClient({
    baseUrl,
    apiKey,
    tenancyName,
    timeoutMs,
    maxResponseBytes: answerBytesMax,
    onCall: (call) => {
      onCall(call);
      const level = call.outcome === 'ok' ? 'debug' : 'warn';
      logger[level]('vlens.call', { ...call, tenant, durationMs: Math.round(call.durationMs) });
    },
  });
  const client = pace(unpaced, () => takeTurn(budget, tenant, now));

  const callMs = Math.min(timeoutMs, loginMsMax);
  const credentials = { userNameOrEmailAddress: user, password };
  const session = createAdminSession({
    store: createAdminTokenStore(redis, sealer, { tenant, baseUrl, tenancyName, user }),
    obtain: (previous) => obtainAdminToken({ client, credentials, callMs, now }, previous),
    limits: toLimits(callMs),
    now,
    newOwner,
    logger,
  });
  return { made: { client, session }, close: () => unpaced.close() };
}

type EvidenceCalls = Pick<VlensClient, 'getUserImages' | 'getStepImage' | 'loginAdmin' | 'refreshToken'>;

/** The same calls, each with a turn of its own. */
function pace(client: EvidenceCalls, turn: () => Promise<void>): EvidenceCalls {
  const paced =
    <A extends unknown[], R>(call: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      await turn();
      return call(...args);
    };
  return {
    getUserImages: paced(client.getUserImages),
    getStepImage: paced(client.getStepImage),
    loginAdmin: paced(client.loginAdmin),
    refreshToken: paced(client.refreshToken),
  };
}

async function takeTurn(budget: ProviderBudget, tenant: string, now: () => number): Promise<void> {
  const turn = await budget.takeNow(tenant, turnMsMax);
  if (!turn.go) throw new EvidenceError('provider_throttled', Math.max(0, turn.at - now()));
}

/** A renewal makes two calls at the most, a refresh and a login. */
function toLimits(callMs: number): AdminSessionLimits {
  const lockMs = 2 * callMs + 1_000;
  return { lockMs, waitMs: lockMs + 1_000, pollMs: 100, pauseMs: 1_000, refusedPauseMs: 60_000 };
}
