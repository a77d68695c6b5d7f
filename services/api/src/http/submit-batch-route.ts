import { batchMax, type CaptureBatchView, idempotencyKey } from '@identity-events/shared/contracts/capture-batch';
import { problems } from '@identity-events/shared/contracts/problems';
import { bugFields, type Logger } from '@identity-events/shared/runtime/logger';
import type { RequestHandler } from 'express';
import { checkCapture } from '../captures/check-capture.ts';
import { submitCapture } from '../captures/submit-capture.ts';
import { noteObjects } from './audit-requests.ts';
import { clientOf } from './authorize.ts';
import { toAcceptedView } from './capture-view.ts';
import { withinQuota } from './limit-client.ts';
import { HttpProblem, problemBody } from './problem.ts';
import { problemOfFaults } from './problem-of-faults.ts';
import { jsonReader } from './read-json.ts';
import type { SubmitCaptureRouteDeps } from './submit-capture-route.ts';
import { toProblem } from './to-problem.ts';
import { traceparentOfResult } from './trace-requests.ts';

export interface SubmitBatchRouteDeps extends SubmitCaptureRouteDeps {
  readonly logger: Logger;
}

type Result = CaptureBatchView['results'][number];

/** A thousand captures with the longest tokens and keys there may be. */
const batchBytesMax = 10 * 1024 * 1024;

/** Captures of one batch that are on their way into Redis at one time. */
const atOnce = 50;

const readJson = jsonReader(batchBytesMax);

/**
 * `POST /v1/captures/batch`: 207 with an answer for each capture, as the same capture alone would get it; one that is refused
 * does not keep the others out. The whole may be sent again: captures that were accepted are the same ones then.
 */
export function submitBatchRoute(deps: SubmitBatchRouteDeps): RequestHandler {
  return async (request, response) => {
    const { tenant } = clientOf(response);
    if (request.is('application/json') === false) {
      throw new HttpProblem('unsupported-media-type', { detail: 'Send application/json.' });
    }
    const giveBack = deps.bodyBudget.reserve(request, batchBytesMax);
    try {
      const items = readItems(await readJson(request, response));
      const context = {
        tenant,
        traceparent: traceparentOfResult(response),
        requestId: String(response.locals['requestId']),
      };
      const results = await withinQuota(deps.allowances, response, {
        count: items.length,
        submit: () => submitAll(deps, items, context),
        acceptedOf,
      });
      const accepted = acceptedOf(results);
      noteObjects(
        response,
        results.flatMap((result) => ('capture' in result && result.capture ? [result.capture.id] : [])),
      );
      Object.assign(response.locals, { accepted, refused: results.length - accepted });
      response.status(207).json({ results } satisfies CaptureBatchView);
    } finally {
      giveBack();
    }
  };
}

const acceptedOf = (results: readonly Result[]): number => results.filter(({ status }) => status === 202).length;

interface Context {
  readonly tenant: string;
  readonly traceparent: string | undefined;
  readonly requestId: string;
}

/** Answers in the order of the items. Once a store is away, what is left is not tried: it would wait for nothing. */
async function submitAll(deps: SubmitBatchRouteDeps, items: readonly unknown[], context: Context): Promise<Result[]> {
  const results: Result[] = [];
  let away: HttpProblem | undefined;
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length) {
      const index = next++;
      const outcome = away ?? (await submitItem(deps, items[index], context));
      if (outcome instanceof HttpProblem && outcome.problem === 'unavailable') away = outcome;
      results[index] = outcome instanceof HttpProblem ? toRefusal(outcome, context) : outcome;
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker));
  return results;
}

async function submitItem(
  deps: SubmitBatchRouteDeps,
  item: unknown,
  { tenant, traceparent, requestId }: Context,
): Promise<Result | HttpProblem> {
  try {
    const { idempotencyKey: key, fields } = readItem(item);
    const checked = checkCapture({ fields, images: new Map() }, deps.submit.now());
    if (!checked.ok) throw problemOfFaults(checked.faults);
    const capture = await submitCapture(deps.submit, { tenant, idempotencyKey: key, traceparent, ...checked.capture });
    return { status: 202, capture: toAcceptedView(capture) };
  } catch (error) {
    const problem = toProblem(error);
    if (problem.problem === 'internal') deps.logger.error('http.bug', { requestId, ...bugFields(error) });
    return problem;
  }
}

function toRefusal(problem: HttpProblem, { requestId }: Context): Result {
  return { status: problems[problem.problem].status, problem: problemBody(problem, requestId) };
}

function readItems(body: Readonly<Record<string, unknown>>): readonly unknown[] {
  const { captures, ...rest } = body;
  if (!Array.isArray(captures) || captures.length === 0 || Object.keys(rest).length > 0) {
    throw new HttpProblem('malformed-body', {
      detail: 'Send one JSON object with a list of captures, and nothing else.',
    });
  }
  if (captures.length <= batchMax) return captures;
  throw new HttpProblem('body-too-large', { detail: `A batch may have ${batchMax} captures at most.` });
}

function readItem(item: unknown) {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) {
    throw new HttpProblem('malformed-body', { detail: 'A capture is one JSON object.' });
  }
  const { idempotencyKey: given, ...fields } = item as Readonly<Record<string, unknown>>;
  const key = idempotencyKey.safeParse(given, { reportInput: false });
  if (!key.success) {
    throw new HttpProblem('idempotency-key-missing', {
      detail: 'Each capture of a batch needs its idempotencyKey: 1 to 255 visible ASCII characters.',
    });
  }
  if (fields['kind'] !== 'link') {
    throw problemOfFaults([{ field: 'kind', kind: 'invalid', detail: 'must be link: a batch carries no images' }]);
  }
  return { idempotencyKey: key.data, fields };
}
