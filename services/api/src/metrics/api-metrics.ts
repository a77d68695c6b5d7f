import type { ProblemName } from '@identity-events/shared/contracts/problems';
import {
  latencyBuckets,
  type MetricsPage,
  metricsPageOf,
  metricsPrefix,
} from '@identity-events/shared/runtime/metrics';
import { createProviderMetrics, type FinishedCall } from '@identity-events/shared/runtime/provider-metrics';
import { shareCounters } from '@identity-events/shared/runtime/share-counters';
import type { Captures } from '@identity-events/shared/store/captures';
import type { ImageStore } from '@identity-events/shared/store/image-store';
import type { Tallies } from '@identity-events/shared/store/tallies';
import { isDocumentedCode } from '@identity-events/vlens/error-table';
import { Counter, Histogram, type Registry } from 'prom-client';
import { watchImageStore } from './image-store-metrics.ts';
import { sharedCounters } from './shared-counters.ts';

/** A request that is over, as the HTTP part reports it. */
interface AnsweredRequest {
  readonly method: string;
  /** Pattern of the route; null when there was none. */
  readonly route: string | null;
  readonly status: number;
  readonly durationMs: number;
  readonly problem?: ProblemName | undefined;
}

/** What the API tells Prometheus: told of requests and calls, and looking at ports from behind. */
export interface ApiMetrics extends MetricsPage {
  requestAnswered(request: AnsweredRequest): void;
  providerCalled(call: FinishedCall): void;
  /** The same, and counts how submissions end. */
  countSubmissions(captures: Captures): Captures;
  /** The same, and counts the bytes that are put in. */
  countImageBytes(images: ImageStore): ImageStore;
  /** Shares what operators see of the counts, until told to stop. */
  share(add: Tallies['add']): { stop(): Promise<void> };
}

/** How often that is. */
const shareEveryMs = 2_000;

/** The instruments of the API; of the volume of the images where they are on one. No label takes a value from callers: there are as many series as the code has names. */
export function createApiMetrics(registry: Registry, imageFolder?: string): ApiMetrics {
  if (imageFolder !== undefined) watchImageStore(registry, imageFolder);
  const submissions = new Counter({
    name: `${metricsPrefix}captures_submitted_total`,
    help: 'Submissions that reached Redis: accepted, replayed (same key and body), conflict (same key, other body).',
    labelNames: ['kind', 'lane', 'verdict'] as const,
    registers: [registry],
  });
  const imageBytes = new Counter({
    name: `${metricsPrefix}images_stored_bytes_total`,
    help: 'Bytes of images put into the store, before sealing.',
    registers: [registry],
  });
  return {
    ...metricsPageOf(registry),
    requestAnswered: requestMetrics(registry),
    share: (add) => shareCounters(registry, sharedCounters, { add, everyMs: shareEveryMs }),
    providerCalled: createProviderMetrics(registry, isDocumentedCode),
    countSubmissions: (captures) => ({
      ...captures,
      async accept(capture, claim, windows) {
        const acceptance = await captures.accept(capture, claim, windows);
        submissions.inc({ kind: capture.kind, lane: capture.lane, verdict: acceptance.verdict });
        return acceptance;
      },
    }),
    countImageBytes: (images) => ({
      ...images,
      async put(owner, files) {
        await images.put(owner, files);
        for (const { bytes } of files.values()) imageBytes.inc(bytes);
      },
    }),
  };
}

const methods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

function requestMetrics(registry: Registry): ApiMetrics['requestAnswered'] {
  const duration = new Histogram({
    name: `${metricsPrefix}http_request_duration_seconds`,
    help: 'Requests from their first byte to the end of the answer, by route pattern (none: no such route).',
    labelNames: ['method', 'route', 'status_class'] as const,
    buckets: latencyBuckets,
    registers: [registry],
  });
  const problems = new Counter({
    name: `${metricsPrefix}http_problems_total`,
    help: 'Requests that were refused or failed, by the name of the problem in the answer.',
    labelNames: ['route', 'problem'] as const,
    registers: [registry],
  });
  return ({ method, route, status, durationMs, problem }) => {
    const labels = { method: methods.has(method) ? method : 'other', route: route ?? 'none' };
    duration.observe({ ...labels, status_class: `${Math.floor(status / 100)}xx` }, durationMs / 1_000);
    if (problem) problems.inc({ route: labels.route, problem });
  };
}
