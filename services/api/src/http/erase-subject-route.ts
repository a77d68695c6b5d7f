import { subjectPath } from '@identity-events/shared/contracts/subject-erasure';
import type { RequestHandler } from 'express';
import { type EraseSubjectDeps, eraseSubject } from '../captures/erase-subject.ts';
import { clientOf } from './authorize.ts';
import type { EraseCaptureRouteDeps } from './erase-capture-route.ts';
import { HttpProblem } from './problem.ts';

export interface EraseSubjectRouteDeps extends EraseCaptureRouteDeps {
  readonly erase: EraseSubjectDeps;
}

/** `DELETE /v1/subjects/{subject}`: erases up to 100 captures of the person and says how many are left. */
export function eraseSubjectRoute(deps: EraseSubjectRouteDeps): RequestHandler {
  return async (request, response) => {
    const path = subjectPath.safeParse(request.params, { reportInput: false });
    if (!path.success) throw new HttpProblem('not-found');
    const { tenant } = clientOf(response);
    response.set('cache-control', 'no-store').json(await eraseSubject(deps.erase, tenant, path.data.subject));
  };
}
