import type { ReplayEnd, ReplayJob } from '@identity-events/shared/contracts/replay-job';
import { AppError } from '@identity-events/shared/runtime/errors';
import { metricsPrefix } from '@identity-events/shared/runtime/metrics';
import { Counter, type Registry } from 'prom-client';
import type { EventPublisher } from '../captures/event-publisher.ts';

/** Carries one replay as far as it goes. */
type Run<Rest extends unknown[]> = (replay: ReplayJob, ...rest: Rest) => Promise<ReplayEnd | 'stopped'>;

/** Counts what replays publish, and how they end; dry runs publish nothing and are not counted. */
export function createReplayMetrics(registry: Registry): {
  countEvents(publisher: EventPublisher): EventPublisher;
  countEnds<Rest extends unknown[]>(run: Run<Rest>): Run<Rest>;
} {
  const registers = [registry];
  const events = new Counter({
    name: `${metricsPrefix}events_replayed_total`,
    help: 'Events of the past that a replay published again, and Kafka accepted.',
    labelNames: ['type'] as const,
    registers,
  });
  const ends = new Counter<'end'>({
    name: `${metricsPrefix}replays_ended_total`,
    help: 'Replays that ended, by how: completed, cancelled or failed.',
    labelNames: ['end'],
    registers,
  });
  const ended = (end: ReplayEnd | 'failed'): void => ends.inc({ end });
  return {
    countEvents: (publisher) => ({
      async publish(batch) {
        const places = await publisher.publish(batch);
        for (const { event } of batch) events.inc({ type: event.type });
        return places;
      },
    }),
    countEnds:
      (run) =>
      async (replay, ...rest) => {
        try {
          const end = await run(replay, ...rest);
          if (end !== 'stopped' && !replay.dryRun) ended(end);
          return end;
        } catch (error) {
          const goesOn = error instanceof AppError && error.retriable;
          if (!goesOn && !replay.dryRun) ended('failed');
          throw error;
        }
      },
  };
}
