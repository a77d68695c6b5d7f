import { freeMemory } from '@identity-events/shared/runtime/free-memory';
import type { CaptureRecord } from '@identity-events/shared/store/capture-record';
import type { Client } from '@identity-events/shared/tenants/tenant';
import type { Request, RequestHandler, Response } from 'express';
import { checkCapture } from '../captures/check-capture.ts';
import { type SubmitCaptureDeps, submitCapture } from '../captures/submit-capture.ts';
import type { ClientAllowances } from '../limits/allowance.ts';
import { clientOf } from './authorize.ts';
import type { BodyBudget } from './body-budget.ts';
import { captureUrl, toAcceptedView } from './capture-view.ts';
import { withinQuota } from './limit-client.ts';
import { HttpProblem } from './problem.ts';
import { problemOfFaults } from './problem-of-faults.ts';
import { jsonBytesMax, readJsonCapture } from './read-json-capture.ts';
import { multipartBytesMax, readMultipartCapture } from './read-multipart-capture.ts';
import { traceparentOfResult } from './trace-requests.ts';

export interface SubmitCaptureRouteDeps {
  readonly bodyBudget: BodyBudget;
  readonly submit: SubmitCaptureDeps;
  readonly allowances: ClientAllowances;
}

/** `POST /v1/captures`: 202 with the capture's address once it is stored. */
export function submitCaptureRoute(deps: SubmitCaptureRouteDeps): RequestHandler {
  return async (request, response) => {
    const client = clientOf(response);
    const idempotencyKey = readIdempotencyKey(request);
    const multipart = isMultipart(request);
    const capture = await withinQuota(deps.allowances, response, {
      count: 1,
      acceptedOf: () => 1,
      submit: async () => {
        const giveBack = deps.bodyBudget.reserve(request, multipart ? multipartBytesMax : jsonBytesMax);
        // Given back when the work is done: a client that has gone leaves its images in memory until then.
        return submit(deps, request, response, { client, idempotencyKey, multipart }).finally(giveBack);
      },
    });
    response.locals['captureId'] = capture.id;
    // As Express' own json() answers; which looks into what is known here.
    response.setHeader('location', captureUrl(capture.id)).setHeader('content-type', 'application/json; charset=utf-8');
    const body = JSON.stringify(toAcceptedView(capture));
    response.status(202).setHeader('content-length', Buffer.byteLength(body)).end(body);
  };
}

interface Submission {
  readonly client: Client;
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
  try {
    const checked = checkCapture(unchecked, deps.submit.now());
    if (!checked.ok) throw problemOfFaults(checked.faults);
    return await submitCapture(deps.submit, {
      tenant: client.tenant,
      idempotencyKey,
      traceparent: traceparentOfResult(response),
      ...checked.capture,
    });
  } finally {
    // Nobody has them any more: what was stored are sealed copies.
    freeMemory(unchecked.images.values());
  }
}

/** https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/ ; the quotes of its syntax may be left out. */
function readIdempotencyKey(request: Request): string {
  const key = request.get('idempotency-key')?.replace(/^"(.*)"$/, '$1') ?? '';
  if (/^[\x21-\x7e]{1,255}$/.test(key)) return key;
  throw new HttpProblem('idempotency-key-missing', {
    detail: 'Send Idempotency-Key with 1 to 255 visible ASCII characters, a new one for each capture, such as a UUID.',
  });
}

function isMultipart(request: Request): boolean {
  if (request.is('multipart/form-data') !== false) return true;
  if (request.is('application/json')) return false;
  throw new HttpProblem('unsupported-media-type', { detail: 'Send application/json or multipart/form-data.' });
}
