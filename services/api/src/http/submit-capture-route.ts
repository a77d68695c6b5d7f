import type { ProblemName } from '@identity-events/shared/contracts/problems';
import type { CaptureRecord } from '@identity-events/shared/store/capture-record';
import type { Request, RequestHandler, Response } from 'express';
import { checkCapture, type Fault } from '../captures/check-capture.ts';
import { type SubmitCaptureDeps, submitCapture } from '../captures/submit-capture.ts';
import type { ApiClient } from './api-clients.ts';
import { authorize } from './authorize.ts';
import type { BodyBudget } from './body-budget.ts';
import { captureUrl, toAcceptedView } from './capture-view.ts';
import { HttpProblem } from './problem.ts';
import { jsonBytesMax, readJsonCapture } from './read-json-capture.ts';
import { multipartBytesMax, readMultipartCapture } from './read-multipart-capture.ts';

export interface SubmitCaptureRouteDeps {
  readonly clients: readonly ApiClient[];
  readonly bodyBudget: BodyBudget;
  readonly submit: SubmitCaptureDeps;
}

/** `POST /v1/captures`: 202 with the capture's address once it is stored. */
export function submitCaptureRoute(deps: SubmitCaptureRouteDeps): RequestHandler {
  return async (request, response) => {
    const client = authorize(request, deps.clients, 'captures:write');
    const idempotencyKey = readIdempotencyKey(request);
    const multipart = isMultipart(request);
    const giveBack = deps.bodyBudget.reserve(request, multipart ? multipartBytesMax : jsonBytesMax);
    // Given back when the work is done: a client that has gone leaves its images in memory until then.
    const capture = await submit(deps, request, response, { client, idempotencyKey, multipart }).finally(giveBack);
    response.locals['captureId'] = capture.id;
    response.status(202).location(captureUrl(capture.id)).json(toAcceptedView(capture));
  };
}

interface Submission {
  readonly client: ApiClient;
  readonly idempotencyKey: string;
  readonly multipart: boolean;
}

async function submit(
  deps: SubmitCaptureRouteDeps,
  request: Request,
  response: Response,
  { client, idempotencyKey, multipart }: Submission,
): Promise<CaptureRecord> {
  const unchecked = await (multipart ? readMultipartCapture(request) : readJsonCapture(request, response));
  const checked = checkCapture(unchecked, deps.submit.now());
  if (!checked.ok) throw toProblem(checked.faults);
  const { tenant } = client;
  return submitCapture(deps.submit, {
    tenant,
    idempotencyKey,
    traceparent: readTraceparent(request),
    ...checked.capture,
  });
}

/** https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/ ; the quotes of its syntax may be left out. */
function readIdempotencyKey(request: Request): string {
  const key = request.get('idempotency-key')?.replace(/^"(.*)"$/, '$1') ?? '';
  if (/^[\x21-\x7e]{1,255}$/.test(key)) return key;
  throw new HttpProblem('idempotency-key-missing', {
    detail: 'Send Idempotency-Key with 1 to 255 visible ASCII characters, a new one for each capture, such as a UUID.',
  });
}

/** https://www.w3.org/TR/trace-context/ ; anything else is as good as none. */
function readTraceparent(request: Request): string | undefined {
  const value = request.get('traceparent');
  return value && /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/.test(value) ? value : undefined;
}

function isMultipart(request: Request): boolean {
  if (request.is('multipart/form-data') !== false) return true;
  if (request.is('application/json')) return false;
  throw new HttpProblem('unsupported-media-type', { detail: 'Send application/json or multipart/form-data.' });
}

/** The most telling status when faults of several kinds meet. */
const problemOf: readonly [Fault['kind'], ProblemName][] = [
  ['too_large', 'body-too-large'],
  ['unsupported_type', 'unsupported-media-type'],
  ['invalid', 'invalid-capture'],
];

function toProblem(faults: readonly Fault[]): HttpProblem {
  const [, problem] = problemOf.find(([kind]) => faults.every((fault) => fault.kind === kind)) ?? [];
  return new HttpProblem(problem ?? 'invalid-capture', { faults });
}
