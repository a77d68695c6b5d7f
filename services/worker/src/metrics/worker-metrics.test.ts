import { EventEmitter } from 'node:events';
import type { ReplayEnd, ReplayJob } from '@identity-events/shared/contracts/replay-job';
import { AppError } from '@identity-events/shared/runtime/errors';
import type { Captures } from '@identity-events/shared/store/captures';
import type { ProviderGate, Turn } from '@identity-events/shared/store/provider-gate';
import type { Worker } from 'bullmq';
import { Registry } from 'prom-client';
import { beforeEach, expect, it } from 'vitest';
import type { EventPublisher } from '../captures/event-publisher.ts';
import type { Attempt } from '../captures/process-capture.ts';
import type { SystemState } from './state-metrics.ts';
import { createWorkerMetrics, type WorkerMetrics } from './worker-metrics.ts';

const now = Date.parse('2026-01-01T00:01:00.000Z');
const signal = new AbortController().signal;
let registry: Registry;
let metrics: WorkerMetrics;

beforeEach(() => {
  registry = new Registry();
  metrics = createWorkerMetrics(registry, () => now);
});

/** Lines of the page that begin so. */
async function told(start: string): Promise<string[]> {
  return (await registry.metrics()).split('\n').filter((line) => line.startsWith(`identity_events_${start}`));
}

it('an ending is counted once, with its reason and how long it took; one that came too late is not', async () => {
  let first = true;
  const finish = async (): Promise<boolean> => [first, (first = false)][0] as boolean;
  const captures = metrics.captures.countEndings({ finish } as unknown as Captures);
  const data = {
    kind: 'link',
    outcome: 'failed',
    reason: { code: 'aml_match' },
    acceptedAt: '2026-01-01T00:00:00.000Z',
  };
  const ending = { event: { data }, decidedAt: now } as never;
  expect([await captures.finish(ending), await captures.finish(ending)]).toEqual([true, false]);
  expect(await told('captures_ended_total')).toEqual([
    'identity_events_captures_ended_total{kind="link",outcome="failed",reason="aml_match"} 1',
  ]);
  expect(await told('capture_duration_seconds_sum')).toEqual([
    'identity_events_capture_duration_seconds_sum{kind="link",outcome="failed"} 60',
  ]);
});

it('attempts are timed by result, also those that throw; captures put off are counted by cause', async () => {
  const results: Attempt[] = [{ result: 'nothing_to_do' }, { result: 'later', at: 0, cause: 'budget' }];
  const timed = metrics.captures.timeAttempts(async () => results.shift() ?? Promise.reject(new Error('a bug')));
  await timed('cap_1', signal);
  await timed('cap_1', signal);
  await expect(timed('cap_1', signal)).rejects.toThrow('a bug');
  expect(await told('attempt_duration_seconds_count')).toEqual(
    ['nothing_to_do', 'later', 'thrown'].map(
      (result) => `identity_events_attempt_duration_seconds_count{result="${result}"} 1`,
    ),
  );
  expect(await told('attempts_put_off_total')).toEqual(['identity_events_attempts_put_off_total{cause="budget"} 1']);
});

it('the wait for the first call is told when that call is made, and for no later step', async () => {
  const provider = metrics.captures.timeFirstCalls({ prepare: async () => async () => ({}) as never });
  const capture = { lane: 'bulk', createdAt: now - 5_000 };
  const first = await provider.prepare('link', { ...capture, steps: new Map() } as never);
  expect(await told('capture_first_call_wait_seconds_count')).toEqual([]);
  await first(signal);
  await (await provider.prepare('link', { ...capture, steps: new Map([['id_front', {}]]) } as never))(signal);
  expect(await told('capture_first_call_wait_seconds_count')).toEqual([
    'identity_events_capture_first_call_wait_seconds_count{lane="bulk"} 1',
  ]);
  expect(await told('capture_first_call_wait_seconds_sum')).toEqual([
    'identity_events_capture_first_call_wait_seconds_sum{lane="bulk"} 5',
  ]);
});

it('turns are counted by tenant, lane and verdict and changes of the gate', async () => {
  const turns: Turn[] = [
    { go: true, standing: 'well' },
    { go: false, at: 0, cause: 'budget' },
  ];
  const inner = { take: async () => turns.shift() } as unknown as ProviderGate;
  const gate = metrics.gate.countTurns(inner);
  for (const _ of [1, 2]) await gate.take({ id: 'cap_1', tenant: 'demo', lane: 'interactive', createdAt: 0 });
  metrics.gate.gateChanged('demo', true, 'bundle_exhausted');
  metrics.gate.gateChanged('demo', false, 'ok');
  const labels = 'tenant="demo",lane="interactive"';
  expect(await told('provider_turns_total')).toEqual([
    `identity_events_provider_turns_total{${labels},verdict="granted"} 1`,
    `identity_events_provider_turns_total{${labels},verdict="put_off"} 1`,
  ]);
  expect(await told('provider_gate_changes_total')).toEqual([
    'identity_events_provider_gate_changes_total{tenant="demo",change="closed",code="bundle_exhausted"} 1',
    'identity_events_provider_gate_changes_total{tenant="demo",change="opened",code="ok"} 1',
  ]);
});

it('events are counted with their lag when Kafka took them; a batch that failed is timed as such', async () => {
  let away = true;
  const inner: EventPublisher = {
    publish: async (events) => (away ? Promise.reject(new Error('away')) : events.map(() => ({}) as never)),
  };
  const publisher = metrics.publisher.timeBatches(inner);
  const event = { type: 'identity.verified', time: '2026-01-01T00:00:58.000Z' } as never;
  const batch = [1, 2].map(() => ({ topic: 'identity.verified', event }));
  await expect(publisher.publish(batch)).rejects.toThrow('away');
  away = false;
  await publisher.publish(batch);
  expect(await told('events_published_total')).toEqual([
    'identity_events_events_published_total{type="identity.verified"} 2',
  ]);
  expect(await told('event_lag_seconds_sum')).toEqual([
    'identity_events_event_lag_seconds_sum{type="identity.verified"} 4',
  ]);
  expect(await told('publish_duration_seconds_count')).toEqual([
    'identity_events_publish_duration_seconds_count{result="failed"} 1',
    'identity_events_publish_duration_seconds_count{result="ok"} 1',
  ]);
  expect(await told('publish_batch_events_sum')).toEqual(['identity_events_publish_batch_events_sum 2']);
});

it('stalled jobs, lost locks and dead letters are counted as BullMQ tells them', async () => {
  const worker = new EventEmitter();
  metrics.queue.countFaults(worker as unknown as Worker);
  worker.emit('stalled', 'cap_1');
  worker.emit('lockRenewalFailed', ['cap_1', 'cap_2']);
  worker.emit('failed', { failedReason: 'poison: its worker died 21 times' });
  worker.emit('failed', undefined);
  expect(await told('stalled_jobs_total')).toEqual(['identity_events_stalled_jobs_total 1']);
  expect(await told('job_locks_lost_total')).toEqual(['identity_events_job_locks_lost_total 2']);
  expect(await told('dead_letters_total')).toEqual([
    'identity_events_dead_letters_total{cause="poison"} 1',
    'identity_events_dead_letters_total{cause="unknown"} 1',
  ]);
});

const state: SystemState = {
  budgets: [{ tenant: 'demo', windows: [{ calls: 10, ms: 1_000 }] }],
  jobs: [{ state: 'waiting', count: 7, oldestAt: now - 1_500 }],
  store: {
    open: [{ tenant: 'demo', kind: 'link', status: 'queued', count: 3, oldestAt: null }],
    rooms: [{ tenant: 'demo', lane: 'bulk', count: 2, oldestAt: now - 60_000 }],
    gates: [{ tenant: 'demo', closed: true }],
    outbox: { count: 4, oldestAt: now - 250 },
    watched: { count: 9, overdue: 1 },
    images: [{ tenant: 'demo', bytes: 2_048 }],
  },
};

it('what replays publish is counted by type, and their ends by kind; dry runs and those that go on later are not', async () => {
  const publisher = { publish: async () => [] };
  await metrics.replays.countEvents(publisher).publish([{ event: { type: 'identity.failed' } }] as never);
  const ends: (() => Promise<ReplayEnd | 'stopped'>)[] = [
    async () => 'completed',
    async () => 'stopped',
    async () => Promise.reject(new AppError('kafka_unavailable', 'away', { retriable: true })),
    async () => Promise.reject(new Error('a bug')),
  ];
  for (const end of ends) {
    const run = metrics.replays.countEnds(end);
    for (const dryRun of [false, true]) {
      await Promise.allSettled([run({ dryRun } as ReplayJob)]);
    }
  }
  expect(await told('events_replayed_total')).toEqual([
    'identity_events_events_replayed_total{type="identity.failed"} 1',
  ]);
  expect(await told('replays_ended_total')).toEqual([
    'identity_events_replays_ended_total{end="completed"} 1',
    'identity_events_replays_ended_total{end="failed"} 1',
  ]);
});

it('a scrape tells how much is where; without Redis it tells that, and nothing of what was', async () => {
  let redis: 'up' | 'away' | 'silent' = 'up';
  const page = metrics.page(async () => {
    if (redis === 'away') throw new Error('away');
    return redis === 'up' ? state : new Promise<never>(() => undefined);
  });
  const values = async (): Promise<string[]> => {
    const lines = (await page.text()).split('\n');
    return lines.filter((line) =>
      /^identity_events_(redis|queue|open|provider_(waiting|gate_cl|budget)|outbox|wat|over|images_w)/.test(line),
    );
  };
  expect(await values()).toEqual([
    'identity_events_redis_up 1',
    'identity_events_queue_jobs{state="waiting"} 7',
    'identity_events_queue_oldest_seconds{state="waiting"} 1.5',
    'identity_events_open_captures{tenant="demo",kind="link",status="queued"} 3',
    'identity_events_open_captures_oldest_seconds{tenant="demo",kind="link",status="queued"} 0',
    'identity_events_provider_waiting_captures{tenant="demo",lane="bulk"} 2',
    'identity_events_provider_waiting_oldest_seconds{tenant="demo",lane="bulk"} 60',
    'identity_events_provider_gate_closed{tenant="demo"} 1',
    'identity_events_provider_budget_calls{tenant="demo",window_seconds="1"} 10',
    'identity_events_outbox_events 4',
    'identity_events_outbox_oldest_seconds 0.25',
    'identity_events_watched_captures 9',
    'identity_events_overdue_captures 1',
    'identity_events_images_waiting_bytes{tenant="demo"} 2048',
  ]);
  for (redis of ['away', 'silent'] as const) expect(await values()).toEqual(['identity_events_redis_up 0']);
});
