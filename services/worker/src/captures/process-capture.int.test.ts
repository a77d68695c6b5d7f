import { randomUUID } from 'node:crypto';
import type { WaivableCheck } from '@identity-events/shared/contracts/waivable-checks';
import { AppError } from '@identity-events/shared/runtime/errors';
import { createCaptures, type NewCapture } from '@identity-events/shared/store/captures';
import { eraseRecord } from '@identity-events/shared/store/erase-record';
import { keys } from '@identity-events/shared/store/keys';
import { createOutbox } from '@identity-events/shared/store/outbox';
import type { Turn } from '@identity-events/shared/store/provider-gate';
import { openTestRedis } from '@identity-events/shared/store/redis.fixture';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { ProviderCalls } from './collect-evidence.ts';
import { passed } from './evidence.fixture.ts';
import type { StepEvidence, StepName } from './evidence.ts';
import { type ProcessCaptureDeps, processCapture } from './process-capture.ts';
import { TransientProviderFault } from './transient-provider-fault.ts';

let redis: Redis;
let now = 1_700_000_000_000;
let waived: readonly WaivableCheck[] = [];
let unserved = '';
let calls: StepName[] = [];
let removed: string[] = [];
let answer: (step: StepName) => StepEvidence | Error;
let turn: Turn;
let closed = false;
let reports: string[] = [];
let deps: ProcessCaptureDeps;

beforeAll(async () => {
  redis = await openTestRedis(11);
  deps = {
    captures: createCaptures(redis),
    images: { remove: async ({ captureId }) => void removed.push(captureId) },
    provider: {
      prepare: async (step) => async () => {
        calls.push(step);
        const given = answer(step);
        if (given instanceof Error) throw given;
        return { evidence: given };
      },
    },
    gate: {
      take: async () => turn,
      report: async ({ state, standing }) => {
        reports.push(`${state} after ${standing}`);
        return { closed };
      },
    },
    retry: { failedCallsMax: 3, firstWaitMs: 1_000, waitMaxMs: 10_000 },
    now: () => now,
    random: () => 0.5,
    retentionMsOf: () => 60_000,
    rulesOf: (tenant) => (tenant === unserved ? undefined : { waivedChecks: waived }),
    imageGraceMs: 0,
  };
});
beforeEach(() => {
  waived = [];
  unserved = '';
  calls = [];
  removed = [];
  reports = [];
  turn = { go: true, standing: 'well' };
  closed = false;
  answer = (step) => (step === 'liveness' || step === 'link' ? passed(true) : passed(false));
});
afterAll(() => redis.quit());

async function accepted(kind: NewCapture['kind'] = 'national_id'): Promise<string> {
  const id = `cap_${randomUUID().replaceAll('-', '')}`;
  const capture: NewCapture = {
    id,
    kind,
    tenant: 'demo',
    subject: 'user-1',
    lane: 'interactive',
    createdAt: now,
    expiresAt: now + 3_600_000,
    transactionId: randomUUID(),
    userToken: Buffer.from('sealed'),
  };
  await deps.captures.accept(capture, { key: id, fingerprint: 'f', windowMs: 60_000 }, [{ calls: 10, ms: 1_000 }]);
  return id;
}

const run = (id: string) => processCapture(deps, id, new AbortController().signal);

async function eventsOf(id: string): Promise<string[]> {
  const entries = await createOutbox(redis, redis).read(10_000, 0);
  return entries.filter((entry) => entry.captureId === id).map((entry) => `${entry.event.type} ${entry.event.id}`);
}

it('a national_id takes front, back and liveness in order, ends verified, and its images go', async () => {
  const id = await accepted();
  expect(await run(id)).toMatchObject({ result: 'ended', outcome: 'verified', reason: null });
  expect(calls).toEqual(['id_front', 'id_back', 'liveness']);
  expect(await eventsOf(id)).toEqual([`identity.verified ${id}.outcome`]);
  expect(removed).toEqual([id]);
  expect(await redis.exists(keys.userToken(id))).toBe(0);
});

it('a step that already decides is the last call', async () => {
  const id = await accepted();
  answer = () => ({ ...passed(false), genuine: false });
  expect(await run(id)).toMatchObject({ outcome: 'failed', reason: 'document_not_genuine' });
  expect(calls).toEqual(['id_front']);
});

it('a finished step is never called again, however often the capture is run', async () => {
  const id = await accepted();
  answer = (step) =>
    step === 'liveness' ? new TransientProviderFault('timeout', { state: 'down', providerCode: null }) : passed(false);
  expect(await run(id)).toEqual({ result: 'later', at: now + 500, cause: 'timeout' });
  answer = () => passed(true);
  expect(await run(id)).toMatchObject({ result: 'ended', outcome: 'verified' });
  expect(calls).toEqual(['id_front', 'id_back', 'liveness', 'liveness']);
});

it('each step is in the record before the next call, and the one that decides with the decision', async () => {
  const id = await accepted();
  const before: string[][] = [];
  const { prepare } = deps.provider;
  const looking: ProviderCalls = {
    prepare: async (step, capture) => {
      before.push([...((await deps.captures.read(id))?.steps.keys() ?? [])]);
      return prepare(step, capture);
    },
  };
  let written = 0;
  const captures = {
    ...deps.captures,
    keepStep: (...args: Parameters<typeof deps.captures.keepStep>) => {
      written += 1;
      return deps.captures.keepStep(...args);
    },
  };
  await processCapture({ ...deps, provider: looking, captures }, id, new AbortController().signal);
  expect(before.map((steps) => steps.sort())).toEqual([[], ['id_front'], ['id_back', 'id_front']]);
  expect(written).toBe(2);
  expect(new Set((await deps.captures.read(id))?.steps.keys())).toEqual(new Set(['id_front', 'id_back', 'liveness']));
});

it('an attempt on an ended capture calls nobody and publishes nothing more', async () => {
  const id = await accepted();
  await run(id);
  expect(await run(id)).toEqual({ result: 'nothing_to_do' });
  expect(calls).toEqual(['id_front', 'id_back', 'liveness']);
  expect(await eventsOf(id)).toHaveLength(1);
  expect(removed).toEqual([id, id]);
});

it('two workers with the same capture yield one outcome', async () => {
  const id = await accepted('link');
  answer = () => ({ ...passed(true), live: calls.length % 2 === 0 });
  const attempts = await Promise.all(Array.from({ length: 8 }, () => run(id)));
  expect(attempts.filter((attempt) => attempt.result === 'ended')).toHaveLength(1);
  expect(attempts.filter((attempt) => attempt.result === 'nothing_to_do')).toHaveLength(7);
  expect(await eventsOf(id)).toHaveLength(1);
});

it('a provider that stays away fails the capture after the allowed failed calls', async () => {
  const id = await accepted('link');
  answer = () => new TransientProviderFault('rate_limited', { state: 'down', providerCode: 4003, retryAfterMs: 5_000 });
  expect(await run(id)).toEqual({ result: 'later', at: now + 5_000, cause: 'rate_limited' });
  expect((await run(id)).result).toBe('later');
  expect(await run(id)).toMatchObject({ outcome: 'failed', reason: 'provider_unavailable' });
  expect((await deps.captures.read(id))?.outcome).toMatchObject({
    reason: { providerCode: 4003, category: 'provider' },
  });
});

it('a capture beyond its deadline fails as expired without a call', async () => {
  const id = await accepted('link');
  const start = now;
  now += 3_600_000;
  expect(await run(id)).toMatchObject({ outcome: 'failed', reason: 'capture_expired' });
  now = start;
  expect(calls).toEqual([]);
});

it('a retry is never planned beyond the deadline', async () => {
  const id = await accepted('link');
  answer = () =>
    new TransientProviderFault('rate_limited', { state: 'down', providerCode: null, retryAfterMs: 86_400_000 });
  expect(await run(id)).toMatchObject({ result: 'later', at: now + 3_600_000 });
});

it('a capture that does not exist is nothing to do', async () => {
  expect(await run('cap_00000000000000000000000000000000')).toEqual({ result: 'nothing_to_do' });
});

it('a capture whose turn has not come waits, without a call and without a failure on its account', async () => {
  const id = await accepted('link');
  turn = { go: false, at: now + 9_000, cause: 'budget' };
  expect(await run(id)).toEqual({ result: 'later', at: now + 9_000, cause: 'budget' });
  expect(calls).toEqual([]);
  expect((await deps.captures.read(id))?.failedCalls).toBe(0);
});

it('a provider that is away for everybody costs a capture nothing, however long', async () => {
  const id = await accepted('link');
  answer = () => new TransientProviderFault('connect_failed', { state: 'down', providerCode: null });
  closed = true;
  for (let i = 0; i < 10; i++) expect(await run(id)).toEqual({ result: 'later', at: now, cause: 'connect_failed' });
  expect((await deps.captures.read(id))?.failedCalls).toBe(0);
});

it('a call that goes well is reported only where the gate asked for it', async () => {
  await run(await accepted('link'));
  expect(reports).toEqual([]);
  turn = { go: true, standing: 'probe' };
  const probe = await accepted('link');
  await run(probe);
  expect(reports).toEqual(['well after probe']);
  expect((await deps.captures.read(probe))?.steps.size).toBe(1);
});

async function erase(id: string): Promise<void> {
  const record = await deps.captures.read(id);
  if (record) await eraseRecord(deps.captures, record, now);
}

it('what a call brings for a capture that was erased meanwhile is not kept, and no further call is made', async () => {
  const id = await accepted();
  const { prepare } = deps.provider;
  const erasing: ProviderCalls = {
    prepare: async (step, capture) => {
      const call = await prepare(step, capture);
      return async (signal) => {
        await erase(id);
        return call(signal);
      };
    },
  };
  expect(await processCapture({ ...deps, provider: erasing }, id, new AbortController().signal)).toEqual({
    result: 'nothing_to_do',
  });
  expect(calls).toEqual(['id_front']);
  expect(await deps.captures.read(id)).toBeNull();
  expect(await eventsOf(id)).toEqual([`identity.failed ${id}.outcome`, `identity.redacted ${id}.redacted`]);
  expect(Object.keys(await redis.hgetall(`{idv}:capture:${id}`)).filter((field) => field.startsWith('step'))).toEqual(
    [],
  );
  expect(await run(id)).toEqual({ result: 'nothing_to_do' });
});

it('images that are gone are a fault, unless the capture was erased meanwhile', async () => {
  const gone = new AppError('image_missing', 'gone', { retriable: false });
  const withoutImages = (before: () => Promise<void>): ProcessCaptureDeps => ({
    ...deps,
    provider: { prepare: () => before().then(() => Promise.reject(gone)) },
  });
  const attempt = (id: string, before: () => Promise<void>) =>
    processCapture(withoutImages(before), id, new AbortController().signal);
  const lost = await accepted();
  await expect(attempt(lost, async () => undefined)).rejects.toBe(gone);
  const erased = await accepted();
  expect(await attempt(erased, () => erase(erased))).toEqual({ result: 'nothing_to_do' });
});

it('a check that the tenant waives fails in the outcome and stops nothing', async () => {
  const id = await accepted();
  waived = ['document_genuine'];
  answer = (step) => ({ ...passed(step === 'liveness'), genuine: false });
  expect(await run(id)).toMatchObject({ result: 'ended', outcome: 'verified' });
  expect(calls).toEqual(['id_front', 'id_back', 'liveness']);
  expect((await deps.captures.read(id))?.outcome).toMatchObject({ checks: { document_genuine: 'failed' } });
});

it('a capture of a tenant that is no longer served waits without a call, goes on when it is again, or expires', async () => {
  const [back, late] = [await accepted('link'), await accepted('link')];
  unserved = 'demo';
  expect(await run(back)).toEqual({ result: 'later', at: now + 60_000, cause: 'tenant_unknown' });
  unserved = '';
  expect(await run(back)).toMatchObject({ result: 'ended', outcome: 'verified' });
  unserved = 'demo';
  const start = now;
  now += 3_600_000;
  expect(await run(late)).toMatchObject({ outcome: 'failed', reason: 'capture_expired' });
  now = start;
  expect(calls).toEqual(['link']);
});

it('images with a grace outlive the outcome, however often the capture is run, until that is over', async () => {
  const start = now;
  const graced = { ...deps, imageGraceMs: 1_000 };
  const again = (id: string) => processCapture(graced, id, new AbortController().signal);
  const id = await accepted('link');
  expect(await again(id)).toMatchObject({ outcome: 'verified' });
  now += 999;
  await again(id);
  expect(removed).toEqual([]);
  now += 1;
  await again(id);
  expect(removed).toEqual([id]);
  now = start;
});
