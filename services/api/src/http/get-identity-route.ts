import type { IdentityView } from '@identity-events/shared/contracts/identity-view';
import type { ProblemName } from '@identity-events/shared/contracts/problems';
import type { RequestHandler } from 'express';
import { type IdentityReading, type ReadIdentityDeps, readIdentity } from '../captures/read-identity.ts';
import { clientOf } from './authorize.ts';
import { HttpProblem } from './problem.ts';
import { type OwnCaptureDeps, readOwnCapture } from './read-own-capture.ts';

export interface GetIdentityRouteDeps {
  readonly captures: OwnCaptureDeps['captures'];
  readonly identity: ReadIdentityDeps;
}

const problemOf: { readonly [F in Exclude<IdentityReading['found'], 'kept'>]: ProblemName } = {
  not_yet: 'identity-not-ready',
  never_kept: 'identity-not-kept',
  gone: 'identity-gone',
};

/** `GET /v1/captures/{id}/identity`: what is kept of the verified person's card. It is personal data: no cache, no log. */
export function getIdentityRoute(deps: GetIdentityRouteDeps): RequestHandler<{ id: string }> {
  return async (request, response) => {
    response.set('cache-control', 'no-store');
    const record = await readOwnCapture(deps.captures, clientOf(response), request.params.id);
    response.locals['captureId'] = record.id;
    const reading = await readIdentity(deps.identity, record);
    if (reading.found !== 'kept') throw new HttpProblem(problemOf[reading.found]);
    const keptUntil = new Date(reading.until).toISOString();
    const view: IdentityView = { captureId: record.id, subject: record.subject, keptUntil, identity: reading.fields };
    response.json(view);
  };
}
