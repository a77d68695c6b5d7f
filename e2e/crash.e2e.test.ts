import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { openTestSystem, type TestSystem } from './support/test-system.ts';

const endpoints = ['verify/id/front', 'verify/id/back', 'verify/liveness/multi'] as const;
let system: TestSystem;

beforeAll(async () => {
  system = await openTestSystem({
    name: 'crash',
    database: 2,
    own: ['kafka'],
    env: { worker: { VLENS_WINDOWS: '1000/1s', JOB_LOCK_MS: '1000', STALLED_CHECK_MS: '500' } },
  });
});
afterEach(() => system.sandbox.clearFaults());
afterAll(() => system?.close());

/** Calls of a capture by endpoint, those included that got no answer. */
async function callsOf(captureId: string): Promise<Record<string, number>> {
  const { transactionId } = await system.captures.read(captureId);
  const calls = await system.sandbox.calls(transactionId);
  return Object.fromEntries(endpoints.map((name) => [name, calls.filter(({ endpoint }) => endpoint === name).length]));
}

async function expectOneOutcome(captureId: string, topic: string): Promise<void> {
  const records = await system.until(
    () => system.events.recordsOf(captureId),
    (found) => found.length > 0,
  );
  expect(new Set(records.map((record) => `${record.topic} ${record.headers['ce_id']}`))).toEqual(
    new Set([`${topic} ${captureId}.outcome`]),
  );
}

it('a worker killed after an answer calls that step no more: one outcome, each finished step called once', async () => {
  await system.sandbox.addFault({ kind: 'hang', endpoint: 'verify/id/back', times: 1 });
  const captureId = await system.captures.nationalId();
  await system.until(
    () => system.captures.read(captureId),
    ({ steps }) => steps.some(({ name }) => name === 'id_front'),
  );
  await system.until(
    () => callsOf(captureId),
    (calls) => calls['verify/id/back'] === 1,
  );
  await system.system.parts.worker.kill();
  await system.system.restart('worker');

  await expectOneOutcome(captureId, 'identity.verified');
  expect(await callsOf(captureId)).toEqual({
    'verify/id/front': 1,
    // The one that hung, and the one after the crash: its answer was never known.
    'verify/id/back': 2,
    'verify/liveness/multi': 1,
  });
});

it('a worker killed between the decision and the publish: one outcome, and no further call', async () => {
  await system.engines.kafka?.kill();
  const captureId = await system.captures.nationalId();
  const decided = await system.until(
    () => system.captures.read(captureId),
    ({ status }) => status === 'verified',
  );
  expect(decided.event).toBeUndefined();
  await system.system.parts.worker.kill();
  await system.engines.kafka?.start();
  await system.system.restart('worker');

  await expectOneOutcome(captureId, 'identity.verified');
  expect(Object.values(await callsOf(captureId))).toEqual([1, 1, 1]);
  const { event } = await system.until(
    () => system.captures.read(captureId),
    (read) => read.event !== undefined,
  );
  expect(event).toMatchObject({ topic: 'identity.verified' });
});

it('a worker that is stopped hands back what it can not end in time, and nothing is lost', async () => {
  await system.sandbox.changeSettings({ latency: 'fixed:150' });
  const ids = await Promise.all(Array.from({ length: 12 }, () => system.captures.nationalId()));
  await system.until(
    () => system.captures.read(ids[0] as string),
    ({ steps }) => steps.length > 0,
  );
  const { code } = await system.system.parts.worker.stop();
  expect(code).toBe(0);
  await system.system.restart('worker');
  for (const captureId of ids) {
    await expectOneOutcome(captureId, 'identity.verified');
    expect(Object.values(await callsOf(captureId))).toEqual([1, 1, 1]);
  }
  await system.sandbox.changeSettings({ latency: 'fixed:0' });
});
