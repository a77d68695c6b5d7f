import { captureId } from '@identity-events/shared/contracts/capture-job';
import {
  type CaptureListQuery,
  type CaptureListView,
  captureListQuery,
} from '@identity-events/shared/contracts/capture-list';
import type { CaptureIndex } from '@identity-events/shared/store/capture-index';
import type { Request, RequestHandler } from 'express';
import { clientOf } from './authorize.ts';
import { toCaptureView } from './capture-view.ts';
import { HttpProblem } from './problem.ts';
import { readQuery } from './read-query.ts';

export interface ListCapturesRouteDeps {
  readonly captureIndex: Pick<CaptureIndex, 'page'>;
}

/** `GET /v1/captures`: a page of the tenant's captures, the latest accepted first, and where the next one is. */
export function listCapturesRoute({ captureIndex }: ListCapturesRouteDeps): RequestHandler {
  return async (request, response) => {
    const { tenant } = clientOf(response);
    const query = readQuery(request, captureListQuery);
    const page = await captureIndex.page(toFilter(tenant, query), {
      count: query.limit,
      after: query.cursor === undefined ? undefined : readCursor(query.cursor),
    });
    const nextCursor = page.next === undefined ? undefined : toCursor(page.next);
    const view: CaptureListView = {
      captures: page.captures.map(toCaptureView),
      ...(nextCursor ? { nextCursor } : {}),
      links: nextCursor ? { next: nextPath(request, nextCursor) } : {},
    };
    response.set('cache-control', 'no-store').json(view);
  };
}

function toFilter(tenant: string, { status, kind, subject, createdAfter, createdBefore }: CaptureListQuery) {
  return {
    tenant,
    subject,
    statuses: status && [status],
    kinds: kind && [kind],
    createdFrom: createdAfter,
    createdBefore,
  };
}

/** A cursor stands for a place between captures, whatever becomes of them; clients are told nothing of what is in it. */
function toCursor(position: string): string {
  return Buffer.from(position).toString('base64url');
}

function readCursor(cursor: string): string {
  const position = captureId.safeParse(Buffer.from(cursor, 'base64url').toString());
  if (position.success) return position.data;
  throw new HttpProblem('invalid-query', {
    parameters: [{ parameter: 'cursor', detail: 'must be the nextCursor of another page' }],
  });
}

function nextPath(request: Request, cursor: string): string {
  const query = new URLSearchParams(request.query as Record<string, string>);
  query.set('cursor', cursor);
  return `/v1/captures?${query.toString()}`;
}
