import { isTerminal } from '@identity-events/shared/contracts/capture';
import { captureQuery } from '@identity-events/shared/contracts/capture-view';
import type { CaptureRecord } from '@identity-events/shared/store/capture-record';
import type { RequestHandler, Response } from 'express';
import { type FollowCaptureDeps, followCapture } from '../captures/follow-capture.ts';
import { clientOf } from './authorize.ts';
import { toCaptureView } from './capture-view.ts';
import { HttpProblem } from './problem.ts';
import { type OwnCaptureDeps, readOwnCapture } from './read-own-capture.ts';
import { readQuery } from './read-query.ts';
import type { Waits } from './waits.ts';

export interface GetCaptureRouteDeps extends FollowCaptureDeps {
  readonly captures: OwnCaptureDeps['captures'];
  readonly waits: Waits;
}

/**
 * `GET /v1/captures/{id}`: where the capture stands; with `wait`, as soon as it has its outcome, or as it stands when the
 * time is up or the service stops. Another tenant's capture is not found, an
 * erased one is gone.
 */
export function getCaptureRoute(deps: GetCaptureRouteDeps): RequestHandler<{ id: string }> {
  return async (request, response) => {
    const client = clientOf(response);
    const { wait: waitMs } = readQuery(request, captureQuery);
    const record = await readOwnCapture(deps.captures, client, request.params.id);
    response.locals['captureId'] = record.id;
    const now =
      waitMs === undefined || isTerminal(record.status) ? record : await waitFor(deps, record, response, waitMs);
    response.set('cache-control', 'no-store').json(toCaptureView(now));
  };
}

async function waitFor(
  deps: GetCaptureRouteDeps,
  record: CaptureRecord,
  response: Response,
  waitMs: number,
): Promise<CaptureRecord> {
  const wait = deps.waits.begin(response, waitMs);
  try {
    let latest = record;
    for await (const now of followCapture(deps, record.id, wait.signal)) {
      if (!now) throw new HttpProblem('gone');
      latest = now;
      if (isTerminal(now.status)) break;
    }
    return latest;
  } finally {
    wait.end();
  }
}
