import { metricsPrefix } from '@identity-events/shared/runtime/metrics';
import type { SharedCounter } from '@identity-events/shared/runtime/share-counters';

/** Counters of a worker that operators see together with those of all other processes; the API's `Status` reads the names. */
export const sharedCounters: readonly SharedCounter[] = [
  {
    metric: `${metricsPrefix}captures_ended_total`,
    nameOf: ({ outcome, reason }) => `ended ${outcome} ${reason}`,
  },
  {
    metric: `${metricsPrefix}provider_errors_total`,
    nameOf: ({ endpoint, code }) => `error Vlens ${endpoint} ${code}`,
  },
  {
    metric: `${metricsPrefix}dead_letters_total`,
    nameOf: ({ cause }) => `error worker ${cause}`,
  },
];
