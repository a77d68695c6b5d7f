import { randomUUID } from 'node:crypto';
import type { Logger } from '@identity-events/shared/runtime/logger';
import { testRedisUrl } from '@identity-events/shared/store/redis.fixture';
import { createSealer } from '@identity-events/shared/store/seal';
import { createVlensClient } from '@identity-events/vlens/create-vlens-client';
import { systemClock } from '@identity-events/vlens-sandbox/clock';
import { sampleImage } from '@identity-events/vlens-sandbox/sample-image';
import { type Sandbox, startSandbox } from '@identity-events/vlens-sandbox/sandbox';
import type { SettingsInput } from '@identity-events/vlens-sandbox/settings';
import { Redis } from 'ioredis';
import { onTestFinished } from 'vitest';
import type { IdentityImages } from '../identities/identity-images.ts';
import { type AdminSession, type AdminSessionLimits, createAdminSession } from './admin-session.ts';
import { type AdminTokenStore, createAdminTokenStore } from './admin-token-store.ts';
import { obtainAdminToken } from './obtain-admin-token.ts';
import { createVlensIdentityImages } from './vlens-identity-images.ts';

export const redisDatabase = 14;
export const contact = '+201001234567';
export const transactionId = '5f0f3c61-9a50-4a3e-8d5e-0d3f4a1b2c3d';
export const front = sampleImage({ seed: 'front' });
export const back = sampleImage({ seed: 'back', format: 'png' });
export const sealer = createSealer(`k1:${Buffer.alloc(32, 1).toString('base64')}`);

/** A sandbox and a tenant of its own, whose clock and ours may differ. */
export interface VlensFixture {
  readonly tenant: string;
  readonly sandbox: Sandbox;
  /** How far each clock is ahead of the machine's, in ms. */
  readonly ahead: { ours: number; provider: number };
  readonly lines: { message: string; fields: unknown }[];
  /** One process of the API as far as evidence goes, with a Redis connection of its own. */
  readonly startProcess: (options?: ProcessOptions) => VlensProcess;
  /** How often the provider was called, by the names of its endpoints. */
  readonly calls: () => Record<string, number>;
}

interface ProcessOptions {
  readonly password?: string;
  readonly sealer?: typeof sealer;
  readonly timeoutMs?: number;
  readonly limits?: Partial<AdminSessionLimits>;
}

export interface VlensProcess {
  readonly images: IdentityImages;
  readonly session: AdminSession;
  readonly store: AdminTokenStore;
  /** Asks for the list of the one known user. */
  readonly list: () => Promise<unknown>;
}

const limitsOfTests = { lockMs: 5_000, waitMs: 6_000, pollMs: 5, pauseMs: 200, refusedPauseMs: 2_000 };

export async function openVlensFixture(settings: SettingsInput = {}): Promise<VlensFixture> {
  const ahead = { ours: 0, provider: 0 };
  const clock = { ...systemClock, epochMs: () => Date.now() + ahead.provider };
  const sandbox = await startSandbox({ ...settings, clock });
  onTestFinished(() => sandbox.close());
  const tenant = `t-${randomUUID()}`;
  const lines: VlensFixture['lines'] = [];
  const line = (message: string, fields?: unknown): void => void lines.push({ message, fields });
  const logger: Logger = { debug: line, info: line, warn: line, error: line };
  const now = () => Date.now() + ahead.ours;
  return {
    tenant,
    sandbox,
    ahead,
    lines,
    startProcess: (options = {}) => startProcess({ tenant, url: sandbox.url, logger, now }, options),
    calls: () => countByEndpoint(sandbox),
  };
}

function countByEndpoint(sandbox: Sandbox): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { endpoint } of sandbox.calls().calls) counts[endpoint] = (counts[endpoint] ?? 0) + 1;
  return counts;
}

interface ProcessSurroundings {
  readonly tenant: string;
  readonly url: string;
  readonly logger: Logger;
  readonly now: () => number;
}

function startProcess({ tenant, url, logger, now }: ProcessSurroundings, options: ProcessOptions): VlensProcess {
  const redis = new Redis(testRedisUrl(redisDatabase), { protocol: 2 });
  onTestFinished(() => redis.disconnect());
  const { timeoutMs = 2_000, limits } = options;
  const account = { tenant, baseUrl: url, tenancyName: 'tenancy', user: 'service' };
  const client = createVlensClient({ baseUrl: url, apiKey: 'sandbox-api-key', tenancyName: 'tenancy', timeoutMs });
  onTestFinished(() => client.close());
  const credentials = { userNameOrEmailAddress: 'service', password: options.password ?? 'right' };
  const store = createAdminTokenStore(redis, options.sealer ?? sealer, account);
  const session = createAdminSession({
    store,
    obtain: (previous) => obtainAdminToken({ client, credentials, callMs: timeoutMs, now }, previous),
    limits: { ...limitsOfTests, ...limits },
    newOwner: randomUUID,
    now,
    logger,
  });
  const images = createVlensIdentityImages((asking) => (asking === tenant ? { client, session } : undefined));
  return { images, session, store, list: () => images.list(tenant, contact) };
}

/** Carries the one known user through front, back and faces. */
export async function verifyUser(url: string, image: Buffer): Promise<void> {
  const client = createVlensClient({ baseUrl: url, apiKey: 'sandbox-api-key' });
  const options = { accessToken: `sandbox-user-${contact.slice(1)}` };
  const face = (seed: number) => sampleImage({ seed });
  await client.verifyIdFront({ image, transactionId }, options);
  await client.verifyIdBack({ image: back, transactionId }, options);
  await client.verifyLiveness({ faces: [face(1), face(2), face(3)], transactionId }, options);
  await client.close();
}
