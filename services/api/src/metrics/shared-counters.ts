import { problems } from '@identity-events/shared/contracts/problems';
import { metricsPrefix } from '@identity-events/shared/runtime/metrics';
import type { SharedCounter } from '@identity-events/shared/runtime/share-counters';

/** Counters of the API that operators see together with those of all other processes; `Status` reads the names. */
export const sharedCounters: readonly SharedCounter[] = [
  {
    metric: `${metricsPrefix}captures_submitted_total`,
    nameOf: ({ verdict }) => (verdict === 'accepted' ? 'accepted' : null),
  },
  {
    metric: `${metricsPrefix}http_problems_total`,
    nameOf: ({ problem = '' }) => (isOurs(String(problem)) ? `error API ${problem}` : null),
  },
  {
    metric: `${metricsPrefix}provider_errors_total`,
    nameOf: ({ endpoint, code }) => `error Vlens ${endpoint} ${code}`,
  },
];

/** Whether the fault is the service's, and not the caller's. */
function isOurs(problem: string): boolean {
  return Object.hasOwn(problems, problem) && problems[problem as keyof typeof problems].status >= 500;
}
