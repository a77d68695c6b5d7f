import { randomUUID } from 'node:crypto';
import type { Turn } from '@identity-events/shared/store/provider-gate';
import { openTestRedis } from '@identity-events/shared/store/redis.fixture';
import { createSealer } from '@identity-events/shared/store/seal';
import { keepTenants } from '@identity-events/shared/tenants/keep-tenants';
import { testTenant } from '@identity-events/shared/tenants/tenant.fixture';
import { sampleImage } from '@identity-events/vlens-sandbox/sample-image';
import type { SettingsInput } from '@identity-events/vlens-sandbox/settings';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { identityImagesContract } from '../identities/identity-images.contract.ts';
import type { IdentityImages } from '../identities/identity-images.ts';
import { openIdentityImages } from './open-identity-images.ts';
import {
  back,
  contact,
  front,
  openVlensFixture,
  redisDatabase,
  sealer,
  transactionId,
  type VlensFixture,
  type VlensProcess,
  verifyUser,
} from './vlens.fixture.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const login = 'credentials/Login';
const list = 'GetUserDigitalIdentityImages';
let redis: Redis;

beforeAll(async () => {
  redis = await openTestRedis(redisDatabase);
});
afterAll(() => redis.quit());

/** A fixture whose user is known, and whose provider has counted no call yet. */
async function open(settings: SettingsInput = {}, image = front): Promise<VlensFixture> {
  const fixture = await openVlensFixture(settings);
  const before = fixture.calls;
  await verifyUser(fixture.sandbox.url, image);
  const { next } = fixture.sandbox.calls();
  const calls = () => {
    const all = before();
    for (const name of ['verify/id/front', 'verify/id/back', 'verify/liveness/multi']) delete all[name];
    return all;
  };
  expect(next).toBe(3);
  return { ...fixture, calls };
}

const times = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));

/** So many calls at the same time, dealt out to the processes in turn. */
function spread<T>(
  count: number,
  processes: readonly VlensProcess[],
  call: (one: VlensProcess) => Promise<T>,
): Promise<T>[] {
  return times(count, (i) => call(processes[i % processes.length] as VlensProcess));
}

/** Moves both clocks. */
function pass(fixture: VlensFixture, ms: number): void {
  fixture.ahead.ours += ms;
  fixture.ahead.provider += ms;
}

let budget: Turn = { go: true, standing: 'well' };

/** The adapter as the API opens it. */
function openAdapter({ tenant, sandbox }: VlensFixture): IdentityImages {
  const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
  const admin = { tenancyName: 'tenancy', user: 'service', password: 'right' };
  const vlens = { baseUrl: sandbox.url, apiKey: 'sandbox-api-key', admin };
  return openIdentityImages(keepTenants([testTenant(tenant, { vlens })]).tenants, {
    timeoutMs: 2_000,
    redis,
    sealer,
    logger: silent,
    now: Date.now,
    newOwner: randomUUID,
    onCall: () => undefined,
    budget: { takeNow: async () => budget },
    releases: { onStop: (_name, release) => onTestFinished(async () => void (await release())) },
  });
}

describe('the adapter', () => {
  identityImagesContract(async () => {
    const fixture = await open();
    return {
      identityImages: openAdapter(fixture),
      tenant: fixture.tenant,
      contact,
      transactionId,
      front: { bytes: front, contentType: 'image/jpeg' },
      back: { bytes: back, contentType: 'image/png' },
    };
  });

  it.each([
    ['passes on', 4.9, null],
    ['refuses', 5.3, 'provider_answer_unusable'],
  ])('%s an image of %f MiB', async (_, mebibytes, code) => {
    const bytesMin = mebibytes * 1024 ** 2;
    const fixture = await open({ imageBytesMax: 6 * 1024 ** 2 }, sampleImage({ seed: 'front', bytesMin }));
    const images = openAdapter(fixture);
    const [reference] = await images.list(fixture.tenant, contact);
    const address = { transactionId, fileName: reference?.fileName ?? '' };
    const read = images.read(fixture.tenant, address);
    if (code === null) expect((await read).bytes.length).toBeGreaterThanOrEqual(bytesMin);
    else await expect(read).rejects.toMatchObject({ code });
  });
});

describe('the token', () => {
  it('is got by one login, however many callers and processes ask at the same time', async () => {
    const fixture = await open();
    const processes = times(5, () => fixture.startProcess());
    await Promise.all(spread(50, processes, ({ list: ask }) => ask()));
    expect(fixture.calls()).toEqual({ [login]: 1, [list]: 50 });
  });

  it('stands sealed in Redis, for as long as its refresh token lives', async () => {
    const fixture = await open();
    const { session } = fixture.startProcess();
    const accessToken = await session.accessToken();
    const [key = ''] = await redis.keys(`*admin-token:${fixture.tenant}:*`);
    const value = await redis.getBuffer(key);
    expect(Buffer.from(String(value), 'base64').includes(accessToken)).toBe(false);
    expect(String(value)).not.toContain(accessToken);
    expect(await redis.pttl(key)).toBeGreaterThan(7 * dayMs - 60_000);
    expect(await redis.pttl(key)).toBeLessThanOrEqual(7 * dayMs);
    expect(JSON.stringify(fixture.lines)).not.toContain(accessToken.slice(-20));
  });

  it('is renewed in the background ahead of its end, once, while callers use it on', async () => {
    const fixture = await open();
    const processes = times(3, () => fixture.startProcess());
    const first = await processes[0]?.session.accessToken();
    pass(fixture, 21 * hourMs);
    fixture.sandbox.addFault({ kind: 'latency', latency: 'fixed:200', endpoint: 'RefreshToken' });
    const given = await Promise.all(spread(30, processes, ({ session }) => session.accessToken()));
    expect(new Set(given)).toEqual(new Set([first]));
    await vi.waitFor(async () => expect(await processes[1]?.session.accessToken()).not.toBe(first));
    await processes[2]?.list();
    expect(fixture.calls()).toEqual({ [login]: 1, RefreshToken: 1, [list]: 1 });
  });

  it('that expired is refreshed, once, and callers wait for it', async () => {
    const fixture = await open();
    const processes = times(3, () => fixture.startProcess());
    await processes[0]?.list();
    pass(fixture, 25 * hourMs);
    await Promise.all(spread(30, processes, ({ list: ask }) => ask()));
    expect(fixture.calls()).toEqual({ [login]: 1, RefreshToken: 1, [list]: 31 });
  });

  it('whose refresh token expired too is got by another login', async () => {
    const fixture = await open();
    const { list: ask } = fixture.startProcess();
    await ask();
    pass(fixture, 8 * dayMs);
    await ask();
    expect(fixture.calls()).toEqual({ [login]: 2, [list]: 2 });
  });

  it.each([
    ['refuses', { kind: 'status', status: 401 }],
    ['breaks', { kind: 'status', status: 500 }],
    ['hangs', { kind: 'hang' }],
    ['answers nonsense', { kind: 'malformed' }],
  ] as const)('is got by a login when the refresh %s', async (_, fault) => {
    const fixture = await open();
    const { list: ask } = fixture.startProcess({ timeoutMs: 300 });
    await ask();
    pass(fixture, 25 * hourMs);
    fixture.sandbox.addFault({ ...fault, endpoint: 'RefreshToken' });
    await ask();
    expect(fixture.calls()).toEqual({ [login]: 2, RefreshToken: 1, [list]: 2 });
  });

  it.each([401, 403] as const)(
    'that the provider rejects with %i is replaced once, and every call made again once',
    async (status) => {
      const fixture = await open();
      const processes = times(2, () => fixture.startProcess());
      await processes[0]?.list();
      fixture.sandbox.changeSettings({ expiredTokenStatus: status });
      fixture.ahead.provider = 25 * hourMs;
      await Promise.all(spread(20, processes, ({ list: ask }) => ask()));
      const { [list]: asked = 0, ...others } = fixture.calls();
      expect(others).toEqual({ [login]: 2 });
      // Callers that come after the new token are not rejected at all.
      expect(asked).toBeGreaterThan(21);
      expect(asked).toBeLessThanOrEqual(41);
    },
  );

  it('that is rejected again right after a login is left alone: no login for each call', async () => {
    const fixture = await open();
    const processes = times(2, () => fixture.startProcess());
    await processes[0]?.list();
    fixture.sandbox.addFault({ kind: 'status', status: 403, endpoint: list });
    const refusal = { code: 'provider_account_refused', retriable: false };
    await expect(processes[0]?.list()).rejects.toMatchObject(refusal);
    for (const { list: ask } of [...processes, ...processes]) await expect(ask()).rejects.toMatchObject(refusal);
    expect(fixture.calls()).toEqual({ [login]: 2, [list]: 7 });
    fixture.sandbox.clearFaults();
    await processes[1]?.list();
  });

  it('is not asked for again and again with a wrong password', async () => {
    const fixture = await open();
    const processes = times(3, () => fixture.startProcess({ password: 'wrong-password' }));
    const answers = await Promise.allSettled(spread(30, processes, ({ list: ask }) => ask()));
    for (const answer of answers) {
      expect(answer).toMatchObject({ status: 'rejected', reason: { code: 'provider_account_refused' } });
    }
    expect(fixture.calls()).toEqual({ [login]: 1 });
    await vi.waitFor(() => fixture.startProcess().list(), { timeout: 5_000, interval: 100 });
  });

  it('is left alone for as long as the provider asks, and no login follows a throttled refresh', async () => {
    const fixture = await open();
    const { list: ask } = fixture.startProcess();
    await ask();
    pass(fixture, 25 * hourMs);
    fixture.sandbox.addFault({ kind: 'status', status: 429, retryAfterSeconds: 1, endpoint: 'RefreshToken', times: 1 });
    const throttled = { code: 'provider_throttled', retryAfterMs: 1_000 };
    await expect(ask()).rejects.toMatchObject(throttled);
    await expect(fixture.startProcess().list()).rejects.toMatchObject(throttled);
    expect(fixture.calls()).toEqual({ [login]: 1, RefreshToken: 1, [list]: 1 });
    await vi.waitFor(ask, { timeout: 5_000, interval: 50 });
    expect(fixture.calls()).toMatchObject({ [login]: 1, RefreshToken: 2 });
  });

  it('is got by another when the process that was getting it died', async () => {
    const fixture = await open();
    const processes = times(3, () => fixture.startProcess());
    await processes[0]?.store.lock('a process that died', 400);
    const startedAt = performance.now();
    await Promise.all(spread(12, processes, ({ list: ask }) => ask()));
    expect(performance.now() - startedAt).toBeGreaterThan(300);
    expect(fixture.calls()).toEqual({ [login]: 1, [list]: 12 });
  });

  it('is waited for no longer than the deadline', async () => {
    const fixture = await open();
    const { store, list: ask } = fixture.startProcess({ limits: { waitMs: 200 } });
    await store.lock('a process that hangs', 60_000);
    const startedAt = performance.now();
    await expect(ask()).rejects.toMatchObject({ code: 'provider_timeout', retriable: true });
    expect(performance.now() - startedAt).toBeLessThan(1_500);
    expect(fixture.calls()).toEqual({});
  });

  it('of a process that lost its lock neither replaces another nor frees its lock', async () => {
    const { store } = (await open()).startProcess();
    const token = { renewAt: 1, expiresAt: 2, refreshToken: null, refreshExpiresAt: 2 };
    await store.lock('the second', 5_000);
    await store.write('the first', { ...token, accessToken: 'late' }, 5_000);
    await store.unlock('the first');
    expect((await store.read()).token).toBeNull();
    expect(await store.lock('the third', 5_000)).toBe(false);
    await store.write('the second', { ...token, accessToken: 'new' }, 5_000);
    expect((await store.read()).token).toMatchObject({ accessToken: 'new' });
    expect(await store.lock('the third', 5_000)).toBe(true);
  });

  it('that can not be opened is got anew', async () => {
    const fixture = await open();
    await fixture.startProcess().list();
    const otherRing = createSealer(`k2:${Buffer.alloc(32, 2).toString('base64')}`);
    await fixture.startProcess({ sealer: otherRing }).list();
    expect(fixture.calls()).toEqual({ [login]: 2, [list]: 2 });
  });
});

describe('what the provider answers', () => {
  it.each([
    ['"not found"', { kind: 'status', status: 404 }, 'evidence_not_found'],
    ['"bad transaction"', { kind: 'error', errorCode: 5004 }, 'evidence_not_found'],
    ['"bundle exhausted"', { kind: 'error', errorCode: 4002 }, 'provider_account_refused'],
    ['"too many trials"', { kind: 'error', errorCode: 4003 }, 'provider_throttled'],
    ['429', { kind: 'status', status: 429, retryAfterSeconds: 7 }, 'provider_throttled'],
    ['500', { kind: 'status', status: 500 }, 'provider_unavailable'],
    ['a gateway page', { kind: 'html' }, 'provider_unavailable'],
    ['nothing, and a lost connection', { kind: 'reset' }, 'provider_unavailable'],
    ['half an answer', { kind: 'truncate' }, 'provider_unavailable'],
    ['nothing in time', { kind: 'hang' }, 'provider_timeout'],
    ['an unknown code', { kind: 'error', errorCode: 9_999 }, 'provider_answer_unusable'],
    ['"wrong endpoint"', { kind: 'error', errorCode: 5007 }, 'provider_answer_unusable'],
    ['what is not JSON', { kind: 'malformed' }, 'provider_answer_unusable'],
    ['a way elsewhere', { kind: 'redirect', location: 'http://127.0.0.1:1/' }, 'provider_answer_unusable'],
  ] as const)('%s is told in our words', async (_, fault, code) => {
    const { sandbox, startProcess } = await open();
    const { session, list: ask } = startProcess({ timeoutMs: 500 });
    await session.accessToken();
    sandbox.addFault({ ...fault, endpoint: list });
    await expect(ask()).rejects.toMatchObject({
      code,
      retryAfterMs: 'retryAfterSeconds' in fault ? fault.retryAfterSeconds * 1_000 : null,
    });
  });

  it('nothing at all when it is down: known in time, and over as soon as it is back', async () => {
    const { sandbox, startProcess } = await open();
    const { list: ask } = startProcess();
    await sandbox.close();
    await expect(ask()).rejects.toMatchObject({ code: 'provider_unavailable', retriable: true });
  });
});

it('no call is made without a turn: the caller learns when to ask again', async () => {
  const fixture = await open();
  const images = openAdapter(fixture);
  const before = fixture.sandbox.calls().calls.length;
  budget = { go: false, at: Date.now() + 7_000, cause: 'budget' };
  onTestFinished(() => {
    budget = { go: true, standing: 'well' };
  });
  const refusal: unknown = await images.list(fixture.tenant, contact).catch((error: unknown) => error);
  expect(refusal).toMatchObject({ code: 'provider_throttled', retriable: true });
  expect((refusal as { retryAfterMs: number }).retryAfterMs).toBeGreaterThan(6_000);
  expect(fixture.sandbox.calls().calls).toHaveLength(before);
});
