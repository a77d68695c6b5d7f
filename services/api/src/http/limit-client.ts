import type { RequestHandler, Response } from 'express';
import type { Allowance, ClientAllowances, Leave, Limit, Standing } from '../limits/allowance.ts';
import { clientOf } from './authorize.ts';
import { HttpProblem } from './problem.ts';

/**
 * Lets a client's request through while it keeps within its rate, and tells it how that stands by `RateLimit` and `RateLimit-Policy`
 * (https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/10/). Throws the problem `rate-limited`.
 */
export function limitRate(allowances: ClientAllowances): RequestHandler {
  return (_request, response, next) => {
    const client = clientOf(response);
    const rate = allowances.rateOf(client);
    response.set('ratelimit-policy', policyOf(rate, allowances.quotaOf(client)));
    const leave = rate.take(1);
    // Nobody waits who need not: most requests find their leave at hand.
    if (!(leave instanceof Promise)) return settle(leave, response, next);
    return leave.then((late) => settle(late, response, next));
  };
}

function settle(leave: Leave, response: Response, next: () => void): void {
  response.set('ratelimit', toItem('rate', leave.standing));
  if (!leave.granted) throw refusal('rate-limited', leave.againMs);
  next();
}

/** What is to be submitted within a quota. */
export interface Submission<T> {
  /** How many captures it is. */
  readonly count: number;
  readonly submit: () => Promise<T>;
  /** How many of them were accepted; the others do not count. None, when `submit` throws. */
  readonly acceptedOf: (submitted: T) => number;
}

/** Submits captures within the client's quota of the day. Throws the problem `quota-exceeded` when it is not enough for all. */
export async function withinQuota<T>(
  allowances: ClientAllowances,
  response: Response,
  { count, submit, acceptedOf }: Submission<T>,
): Promise<T> {
  const quota = allowances.quotaOf(clientOf(response));
  if (!quota) return submit();
  const leave = await quota.take(count);
  response.append('ratelimit', toItem('daily', leave.standing));
  if (!leave.granted) throw refusal('quota-exceeded', leave.againMs);
  let accepted = 0;
  try {
    const submitted = await submit();
    accepted = acceptedOf(submitted);
    return submitted;
  } finally {
    quota.giveBack(count - accepted);
  }
}

function refusal(problem: 'rate-limited' | 'quota-exceeded', againMs: number): HttpProblem {
  return new HttpProblem(problem, { retryAfterSeconds: Math.max(1, Math.ceil(againMs / 1_000)) });
}

/** Items of structured fields (RFC 9651): a name, and whole numbers with it. */
function toItem(name: 'rate' | 'daily', { remaining, resetMs }: Standing): string {
  return `"${name}";r=${remaining};t=${Math.ceil(resetMs / 1_000)}`;
}

const policies = new WeakMap<Allowance, string>();

function policyOf(rate: Allowance, quota: Allowance | null): string {
  const known = policies.get(rate);
  if (known !== undefined) return known;
  const item = (name: string, { count, ms }: Limit): string => `"${name}";q=${count};w=${Math.round(ms / 1_000)}`;
  const policy = [item('rate', rate.limit), ...(quota ? [item('daily', quota.limit)] : [])].join(', ');
  policies.set(rate, policy);
  return policy;
}
