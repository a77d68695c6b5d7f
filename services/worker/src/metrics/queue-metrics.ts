import { causeOf } from '@identity-events/shared/contracts/dead-letter-cause';
import { fewValues, metricsPrefix } from '@identity-events/shared/runtime/metrics';
import type { Worker } from 'bullmq';
import { Counter, type Registry } from 'prom-client';

/** Codes of ours: there are fewer. */
const causesMost = 64;

/** Counts what goes wrong with jobs, as BullMQ tells it. */
export function createQueueMetrics(registry: Registry): { countFaults(worker: Worker): void } {
  const registers = [registry];
  const stalled = new Counter({
    name: `${metricsPrefix}stalled_jobs_total`,
    help: 'Jobs whose worker gave no sign of life, found by this one.',
    registers,
  });
  const locksLost = new Counter({
    name: `${metricsPrefix}job_locks_lost_total`,
    help: 'Jobs of this worker whose lock could not be renewed.',
    registers,
  });
  const deadLetters = new Counter({
    name: `${metricsPrefix}dead_letters_total`,
    help: 'Jobs that became dead letters here, by cause.',
    labelNames: ['cause'] as const,
    registers,
  });
  const few = fewValues(causesMost);
  return {
    countFaults(worker) {
      worker.on('stalled', () => stalled.inc());
      worker.on('lockRenewalFailed', (jobIds) => locksLost.inc(jobIds.length));
      worker.on('failed', (job) => deadLetters.inc({ cause: few(causeOf(job?.failedReason)) }));
    },
  };
}
