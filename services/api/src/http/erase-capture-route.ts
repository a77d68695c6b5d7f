import type { RequestHandler } from 'express';
import { type EraseCaptureDeps, eraseCapture } from '../captures/erase-capture.ts';
import { clientOf } from './authorize.ts';
import { HttpProblem } from './problem.ts';

export interface EraseCaptureRouteDeps {
  readonly erase: EraseCaptureDeps;
}

/** `DELETE /v1/captures/{id}`: 204 once the capture is erased, also when it had been. Another tenant's is not found. */
export function eraseCaptureRoute(deps: EraseCaptureRouteDeps): RequestHandler<{ id: string }> {
  return async (request, response) => {
    const client = clientOf(response);
    const { id } = request.params;
    if (!(await eraseCapture(deps.erase, client.tenant, id))) throw new HttpProblem('not-found');
    response.locals['captureId'] = id;
    response.status(204).end();
  };
}
