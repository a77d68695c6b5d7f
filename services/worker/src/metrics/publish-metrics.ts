import { latencyBuckets, metricsPrefix } from '@identity-events/shared/runtime/metrics';
import { Counter, Histogram, type Registry } from 'prom-client';
import type { EventPublisher } from '../captures/event-publisher.ts';

/** Times the batches of a publisher and counts its events, each with how long after its decision it was published. */
export function createPublishMetrics(
  registry: Registry,
  now: () => number,
): { timeBatches(publisher: EventPublisher): EventPublisher } {
  const registers = [registry];
  const duration = new Histogram({
    name: `${metricsPrefix}publish_duration_seconds`,
    help: 'Batches given to Kafka, by result: ok or failed (they are given again).',
    labelNames: ['result'] as const,
    buckets: latencyBuckets,
    registers,
  });
  const sizes = new Histogram({
    name: `${metricsPrefix}publish_batch_events`,
    help: 'Events in a batch that Kafka accepted.',
    buckets: [1, 2, 5, 10, 25, 50, 100, 250, 500],
    registers,
  });
  const events = new Counter({
    name: `${metricsPrefix}events_published_total`,
    help: 'Events that Kafka accepted, repeated ones included.',
    labelNames: ['type'] as const,
    registers,
  });
  const lag = new Histogram({
    name: `${metricsPrefix}event_lag_seconds`,
    help: 'From the decision to Kafka.',
    labelNames: ['type'] as const,
    buckets: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3_600],
    registers,
  });
  return {
    timeBatches: (publisher) => ({
      async publish(batch) {
        const startedAt = performance.now();
        let result = 'failed';
        try {
          const places = await publisher.publish(batch);
          result = 'ok';
          return places;
        } finally {
          duration.observe({ result }, (performance.now() - startedAt) / 1_000);
          if (result === 'ok') {
            sizes.observe(batch.length);
            for (const { event } of batch) {
              events.inc({ type: event.type });
              lag.observe({ type: event.type }, Math.max(0, now() - Date.parse(event.time)) / 1_000);
            }
          }
        }
      },
    }),
  };
}
