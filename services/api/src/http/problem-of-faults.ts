import type { ProblemName } from '@identity-events/shared/contracts/problems';
import type { Fault } from '../captures/check-capture.ts';
import { HttpProblem } from './problem.ts';

/** The most telling status when faults of several kinds meet. */
const problemOf: readonly [Fault['kind'], ProblemName][] = [
  ['too_large', 'body-too-large'],
  ['unsupported_type', 'unsupported-media-type'],
  ['invalid', 'invalid-capture'],
];

/** The problem that tells every fault of a submission. */
export function problemOfFaults(faults: readonly Fault[]): HttpProblem {
  const [, problem] = problemOf.find(([kind]) => faults.every((fault) => fault.kind === kind)) ?? [];
  return new HttpProblem(problem ?? 'invalid-capture', { faults });
}
