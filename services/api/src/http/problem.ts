import type { Fault } from '../captures/check-capture.ts';

/** Every problem this API answers with: its HTTP status and title, by the last part of its type. */
export const problems = {
  'malformed-body': { status: 400, title: 'The body can not be read.' },
  'invalid-query': { status: 400, title: 'The query is not valid.' },
  'idempotency-key-missing': { status: 400, title: 'An Idempotency-Key header is required.' },
  unauthenticated: { status: 401, title: 'A valid API key is required.' },
  forbidden: { status: 403, title: 'This API key may not do that.' },
  'not-found': { status: 404, title: 'There is nothing here.' },
  'method-not-allowed': { status: 405, title: 'This method is not available here.' },
  'body-timeout': { status: 408, title: 'The body did not arrive in time.' },
  gone: { status: 410, title: 'The capture has been erased.' },
  'body-too-large': { status: 413, title: 'The body, a field or an image is too large.' },
  'unsupported-media-type': { status: 415, title: 'The body or an image has a type that is not supported.' },
  'invalid-capture': { status: 422, title: 'The capture is not valid.' },
  'idempotency-key-reused': { status: 422, title: 'The Idempotency-Key was used before with another body.' },
  internal: { status: 500, title: 'Something went wrong here.' },
  'not-configured': { status: 501, title: 'This part of the service is not set up here.' },
  'provider-account-refused': {
    status: 502,
    title: 'Vlens refuses the account of this service; its operator must act.',
  },
  'provider-error': { status: 502, title: 'Vlens answered in a way that can not be used.' },
  'provider-unavailable': { status: 502, title: 'Vlens can not be reached or does not work; try again shortly.' },
  overloaded: { status: 503, title: 'Too much is under way; try again shortly.' },
  unavailable: { status: 503, title: 'A part this service depends on is away; try again shortly.' },
  'provider-throttled': { status: 503, title: 'Vlens takes no more calls for now; try again later.' },
  'provider-timeout': { status: 504, title: 'Vlens did not answer in time; try again shortly.' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ProblemName = keyof typeof problems;

/** One thing that is wrong with a query. */
export interface ParameterFault {
  readonly parameter: string;
  readonly detail: string;
}

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
export function problemBody({ problem, details }: HttpProblem, requestId: string): Record<string, unknown> {
  const { status, title } = problems[problem];
  return {
    type: `/problems/${problem}`,
    title,
    status,
    ...(details.detail ? { detail: details.detail } : {}),
    ...(details.faults
      ? { errors: details.faults.map((fault) => ({ pointer: `#/${fault.field}`, detail: fault.detail })) }
      : {}),
    ...(details.parameters ? { errors: details.parameters } : {}),
    requestId,
  };
}
