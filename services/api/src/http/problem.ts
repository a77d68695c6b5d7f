import {
  type ParameterFault,
  type ProblemBody,
  type ProblemName,
  problems,
  problemType,
} from '@identity-events/shared/contracts/problems';
import type { Fault } from '../captures/check-capture.ts';

/** What a caller may need beyond the title. */
export interface ProblemDetails {
  /** What to do, in a sentence. */
  readonly detail?: string;
  /** Every fault of the body. */
  readonly faults?: readonly Fault[];
  /** Every fault of the query. */
  readonly parameters?: readonly ParameterFault[];
  /** Seconds after which to try again. */
  readonly retryAfterSeconds?: number;
}

/** Thrown by routes; answered as `application/problem+json` (RFC 9457). */
export class HttpProblem extends Error {
  readonly problem: ProblemName;
  readonly details: ProblemDetails;

  constructor(problem: ProblemName, details: ProblemDetails = {}) {
    super(problem);
    this.name = new.target.name;
    this.problem = problem;
    this.details = details;
  }
}

/**
 * The RFC 9457 body of a problem. `errors` points at each faulty member of the body (JSON Pointer, RFC 6901), or names each
 * faulty parameter of the query.
 */
export function problemBody({ problem, details }: HttpProblem, requestId: string): ProblemBody {
  const { status, title } = problems[problem];
  return {
    type: problemType(problem),
    title,
    status,
    ...(details.detail ? { detail: details.detail } : {}),
    ...(details.faults
      ? { errors: details.faults.map((fault) => ({ pointer: `#/${fault.field}`, detail: fault.detail })) }
      : {}),
    ...(details.parameters ? { errors: [...details.parameters] } : {}),
    requestId,
  };
}
