import type { Captures } from '@identity-events/shared/store/captures';
import type { RequestHandler } from 'express';
import type { ApiClient } from './api-clients.ts';
import { authorize } from './authorize.ts';
import { toCaptureView } from './capture-view.ts';
import { HttpProblem } from './problem.ts';

export interface GetCaptureRouteDeps {
  readonly clients: readonly ApiClient[];
  readonly captures: Pick<Captures, 'read'>;
}

/** `GET /v1/captures/{id}`: where the capture stands. Another tenant's capture is not found. */
export function getCaptureRoute(deps: GetCaptureRouteDeps): RequestHandler<{ id: string }> {
  return async (request, response) => {
    const client = authorize(request, deps.clients, 'captures:read');
    const record = await deps.captures.read(request.params.id);
    if (record?.tenant !== client.tenant) throw new HttpProblem('not-found');
    response.locals['captureId'] = record.id;
    response.set('cache-control', 'no-store').json(toCaptureView(record));
  };
}
