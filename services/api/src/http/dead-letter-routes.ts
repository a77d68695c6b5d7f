import {
  abandonRequest,
  type DeadLetterListView,
  type DeadLetterResults,
  type DeadLetterView,
  deadLetterListQuery,
  redriveRequest,
} from '@identity-events/shared/contracts/dead-letter-view';
import type { DeadLetter } from '@identity-events/shared/dead-letters/dead-letter';
import type { Logger } from '@identity-events/shared/runtime/logger';
import type { Request, RequestHandler, Response } from 'express';
import type { OwnDeadLetters, OwnOptions, OwnSelection } from '../ops/own-dead-letters.ts';
import { noteObjects } from './audit-requests.ts';
import { clientOf } from './authorize.ts';
import { HttpProblem } from './problem.ts';
import { readBody } from './read-body.ts';
import { readQuery } from './read-query.ts';

export interface DeadLetterRoutesDeps {
  readonly deadLetters: OwnDeadLetters;
  /** Aborted when the service stops: what is under way ends after the letter it is at. */
  readonly stopping: AbortSignal;
  readonly logger: Logger;
}

/** `GET /v1/ops/dead-letters`: a page, the oldest first. */
export function listDeadLettersRoute({ deadLetters }: DeadLetterRoutesDeps): RequestHandler {
  return async (request, response) => {
    const { tenant } = clientOf(response);
    const { limit, cursor = 0, ...filter } = readQuery(request, deadLetterListQuery);
    const { letters, next } = await deadLetters.list(tenant, filter, { from: cursor, count: limit });
    const view: DeadLetterListView = {
      deadLetters: letters.map(toView),
      ...(next === null ? {} : { nextCursor: String(next) }),
      links: next === null ? {} : { next: nextPath(request, next) },
    };
    response.set('cache-control', 'no-store').json(view);
  };
}

/** `GET /v1/ops/dead-letters/{id}`: one letter. */
export function showDeadLetterRoute({ deadLetters }: DeadLetterRoutesDeps): RequestHandler {
  return async (request, response) => {
    const letter = await deadLetters.show(clientOf(response).tenant, String(request.params['id']));
    if (!letter) throw new HttpProblem('not-found');
    response.locals['captureId'] = letter.captureId;
    response.set('cache-control', 'no-store').json(toView(letter));
  };
}

/** `POST /v1/ops/dead-letters/redrive`: each letter of the selection gets a new attempt. */
export function redriveDeadLettersRoute(deps: DeadLetterRoutesDeps): RequestHandler {
  return async (request, response) => {
    const body = await readBody(request, response, redriveRequest);
    await act(deps, response, 'redrive', body, (selection, options) => deps.deadLetters.redrive(selection, options));
  };
}

/** `POST /v1/ops/dead-letters/abandon`: each capture of the selection fails as `internal_error`. */
export function abandonDeadLettersRoute(deps: DeadLetterRoutesDeps): RequestHandler {
  return async (request, response) => {
    const body = await readBody(request, response, abandonRequest);
    await act(deps, response, 'abandon', body, (selection, options) => deps.deadLetters.abandon(selection, options));
  };
}

type Action = Omit<OwnSelection, 'tenant'> & Omit<OwnOptions, 'signal'>;
type Result = DeadLetterResults['results'][number];

/** What was done is accounted for however it ends: what was done before a failure was done. */
async function act(
  { stopping, logger }: DeadLetterRoutesDeps,
  response: Response,
  action: 'redrive' | 'abandon',
  { captureIds, filter, limit, ...options }: Action,
  run: (selection: OwnSelection, options: OwnOptions) => AsyncIterable<Result>,
): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const signal = AbortSignal.any([stopping, gone.signal]);
  const results: Result[] = [];
  try {
    const selection = { tenant: clientOf(response).tenant, captureIds, filter, limit };
    for await (const { captureId, result, why } of run(selection, { ...options, signal })) {
      results.push({ captureId, result, ...(why ? { why } : {}) });
    }
  } finally {
    const { dryRun, force, perSecond } = options;
    const by = { selectedBy: captureIds ? 'ids' : 'filter', cause: filter?.cause, kind: filter?.kind };
    noteObjects(
      response,
      results.filter(({ result }) => changing.includes(result)).map(({ captureId }) => captureId),
    );
    report(logger, response, { action, ...by, limit, dryRun, force, perSecond, ...countsOf(results) });
  }
  const { dryRun } = options;
  const answer: DeadLetterResults = { dryRun, results, counts: countsOf(results), complete: !signal.aborted };
  response.set('cache-control', 'no-store').json(answer);
}

function countsOf(results: readonly Result[]): Record<string, number> {
  const groups = Map.groupBy(results, ({ result }) => result);
  return Object.fromEntries([...groups].map(([result, group]) => [result, group.length]));
}

const changing: readonly Result['result'][] = ['redriven', 'abandoned', 'dismissed', 'erased'];

/** Who did what, and to how many; the audit log names the captures. */
function report(logger: Logger, response: Response, fields: Parameters<Logger['info']>[1]): void {
  const { name: client, tenant } = clientOf(response);
  const requestId = String(response.locals['requestId']);
  logger.info('ops.dead_letters', { client, tenant, requestId, ...fields });
}

const iso = (epochMs: number): string => new Date(epochMs).toISOString();

function toView({ captureId, cause, failedAt, queuedAt, starts, stalls, capture }: DeadLetter): DeadLetterView {
  const common = { captureId, cause, failedAt: iso(failedAt), queuedAt: iso(queuedAt), starts, stalls };
  if (typeof capture === 'string') return { ...common, record: capture };
  const { kind, lane, status, createdAt, expiresAt, failedCalls, redrives, redrivenAt, steps } = capture;
  return {
    ...common,
    record: 'readable',
    capture: {
      ...{ kind, lane, status, failedCalls, redrives },
      createdAt: iso(createdAt),
      expiresAt: iso(expiresAt),
      ...(redrivenAt === undefined ? {} : { redrivenAt: iso(redrivenAt) }),
      steps: steps.map(({ step, finishedAt }) => ({ name: step, finishedAt: iso(finishedAt) })),
    },
  };
}

function nextPath(request: Request, cursor: number): string {
  const query = new URLSearchParams(request.query as Record<string, string>);
  query.set('cursor', String(cursor));
  return `/v1/ops/dead-letters?${query.toString()}`;
}
