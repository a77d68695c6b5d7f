import { type MetricsPage, metricsPageOf } from '@identity-events/shared/runtime/metrics';
import { createProviderMetrics } from '@identity-events/shared/runtime/provider-metrics';
import { shareCounters } from '@identity-events/shared/runtime/share-counters';
import type { Tallies } from '@identity-events/shared/store/tallies';
import { isDocumentedCode } from '@identity-events/vlens/error-table';
import type { Registry } from 'prom-client';
import { createCaptureMetrics } from './capture-metrics.ts';
import { createProviderGateMetrics } from './provider-gate-metrics.ts';
import { createPublishMetrics } from './publish-metrics.ts';
import { createQueueMetrics } from './queue-metrics.ts';
import { createReplayMetrics } from './replay-metrics.ts';
import { sharedCounters } from './shared-counters.ts';
import { createStateMetrics, type SystemState } from './state-metrics.ts';

/** What a worker tells Prometheus, in the order of the flow. */
export type WorkerMetrics = ReturnType<typeof createWorkerMetrics>;

/** How often counts are shared with those who look at the operators' page. */
const shareEveryMs = 2_000;

/** A scrape gives up on Redis after this, well within Prometheus' own limit of 10 s. */
const stateWithinMs = 2_000;

/**
 * The instruments of a worker: each looks at a port from behind, so that the parts know nothing of metrics.
 *
 * Labels take values of closed lists, and tenants, who are named in the configuration: there are as many series as the code
 * and the configuration have names.
 */
export function createWorkerMetrics(registry: Registry, now: () => number) {
  const state = createStateMetrics(registry);
  return {
    queue: createQueueMetrics(registry),
    captures: createCaptureMetrics(registry, now),
    gate: createProviderGateMetrics(registry),
    providerCalled: createProviderMetrics(registry, isDocumentedCode),
    publisher: createPublishMetrics(registry, now),
    replays: createReplayMetrics(registry),
    /** Shares what operators see of the counts, until told to stop. */
    share: (add: Tallies['add']) => shareCounters(registry, sharedCounters, { add, everyMs: shareEveryMs }),
    /** The page; each time it is asked for, `readState` is. */
    page(readState: () => Promise<SystemState>): MetricsPage {
      const page = metricsPageOf(registry);
      return {
        contentType: page.contentType,
        async text() {
          state.set(await within(stateWithinMs, readState), now());
          return page.text();
        },
      };
    },
  };
}

/** Null when it fails or takes longer. */
async function within<T>(ms: number, ask: () => Promise<T>): Promise<T | null> {
  const { promise: late, resolve } = Promise.withResolvers<null>();
  const timer = setTimeout(() => resolve(null), ms);
  try {
    return await Promise.race([ask(), late]);
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
  }
}
