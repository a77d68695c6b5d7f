import type { Window } from '@identity-events/shared/contracts/windows';
import { metricsPrefix } from '@identity-events/shared/runtime/metrics';
import type { StoreState } from '@identity-events/shared/store/store-state';
import { Gauge, type Registry } from 'prom-client';

/** How much is where, and what the provider allows, as of now. */
export interface SystemState {
  readonly budgets: readonly { readonly tenant: string; readonly windows: readonly Window[] }[];
  readonly store: StoreState;
  readonly jobs: readonly { readonly state: string; readonly count: number; readonly oldestAt: number | null }[];
}

/** Gauges of what all workers share; each worker tells the same, so take the `max` over them. */
export interface StateMetrics {
  /** Sets every gauge; null when Redis could not be asked: then they tell nothing rather than what was. */
  set(state: SystemState | null, now: number): void;
}

export function createStateMetrics(registry: Registry): StateMetrics {
  const gauge = <L extends string>(name: string, help: string, ...labelNames: L[]): Gauge<L> =>
    new Gauge({ name: metricsPrefix + name, help, labelNames, registers: [registry] });
  const up = gauge('redis_up', '1 when Redis answered this scrape in time, else 0.');
  const jobs = gauge('queue_jobs', 'Jobs in the queue; failed ones are dead letters.', 'state');
  const jobAge = gauge(
    'queue_oldest_seconds',
    'Age of the first job: waiting since acceptance, active since its start, failed since its death; delayed: how late it is.',
    'state',
  );
  const open = gauge('open_captures', 'Captures without an outcome.', 'tenant', 'kind', 'status');
  const openAge = gauge(
    'open_captures_oldest_seconds',
    'Since the oldest capture without an outcome was accepted.',
    'tenant',
    'kind',
    'status',
  );
  const room = gauge('provider_waiting_captures', 'Captures that wait for a turn at the provider.', 'tenant', 'lane');
  const roomAge = gauge(
    'provider_waiting_oldest_seconds',
    'Since the first of the captures that wait for a turn was accepted.',
    'tenant',
    'lane',
  );
  const gate = gauge('provider_gate_closed', '1 while no call is made to the provider but a probe.', 'tenant');
  const budget = gauge(
    'provider_budget_calls',
    'Calls that the provider allows a tenant within a window.',
    'tenant',
    'window_seconds',
  );
  const outbox = gauge('outbox_events', 'Events decided and not yet in Kafka.');
  const outboxAge = gauge('outbox_oldest_seconds', 'Since the oldest event not yet in Kafka was decided.');
  const watched = gauge('watched_captures', 'Captures whose event is not in Kafka yet.');
  const overdue = gauge('overdue_captures', 'Captures whose event is later than expected by more than the grace time.');
  const images = gauge('images_waiting_bytes', 'Bytes of images in the store, before sealing.', 'tenant');
  const labelled = [jobs, jobAge, open, openAge, room, roomAge, gate, budget, images];
  const single = [outbox, outboxAge, watched, overdue];

  return {
    set(state, now) {
      up.set(state ? 1 : 0);
      for (const one of labelled) one.reset();
      // Reset would make it 0.
      for (const one of single) one.remove();
      if (!state) return;
      const age = (oldestAt: number | null): number => (oldestAt === null ? 0 : Math.max(0, now - oldestAt) / 1_000);
      for (const { state: name, count, oldestAt } of state.jobs) {
        jobs.set({ state: name }, count);
        jobAge.set({ state: name }, age(oldestAt));
      }
      for (const { count, oldestAt, ...labels } of state.store.open) {
        open.set(labels, count);
        openAge.set(labels, age(oldestAt));
      }
      for (const { count, oldestAt, ...labels } of state.store.rooms) {
        room.set(labels, count);
        roomAge.set(labels, age(oldestAt));
      }
      for (const { tenant, closed } of state.store.gates) gate.set({ tenant }, closed ? 1 : 0);
      for (const { tenant, windows } of state.budgets) {
        for (const { calls, ms } of windows) budget.set({ tenant, window_seconds: ms / 1_000 }, calls);
      }
      for (const { tenant, bytes } of state.store.images) images.set({ tenant }, bytes);
      outbox.set(state.store.outbox.count);
      outboxAge.set(age(state.store.outbox.oldestAt));
      watched.set(state.store.watched.count);
      overdue.set(state.store.watched.overdue);
    },
  };
}
