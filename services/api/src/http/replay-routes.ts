import { replayedOf } from '@identity-events/shared/contracts/replay-job';
import { type ReplayRequest, type ReplayView, replayRequest } from '@identity-events/shared/contracts/replay-view';
import type { Logger } from '@identity-events/shared/runtime/logger';
import type { RequestHandler, Response } from 'express';
import type { OwnReplays, ReplayState } from '../ops/own-replays.ts';
import { noteObjects } from './audit-requests.ts';
import { clientOf } from './authorize.ts';
import { HttpProblem } from './problem.ts';
import { readBody } from './read-body.ts';

export interface ReplayRoutesDeps {
  readonly replays: OwnReplays;
  readonly logger: Logger;
}

const path = '/v1/ops/replays';

/** `POST /v1/ops/replays`: past outcomes are published again, by a worker. */
export function startReplayRoute({ replays, logger }: ReplayRoutesDeps): RequestHandler {
  return async (request, response) => {
    const asked = await readBody(request, response, replayRequest);
    const started = await replays.start(clientOf(response).tenant, asked);
    switch (started.result) {
      case 'running':
        noteObjects(response, [started.replayId]);
        throw new HttpProblem('replay-running', { detail: `It is ${started.replayId}.` });
      case 'topic_not_allowed':
        throw invalid('topic', 'is not among those that the operator of this service allows');
      case 'too_many':
        throw invalid('filter/subject', 'has too many captures for one replay: name them by captureIds, in parts');
      case 'overloaded':
        throw new HttpProblem('overloaded', { retryAfterSeconds: 60 });
      case 'started':
        report(logger, response, asked, started.replay);
        response.location(`${path}/${started.replay.job.replayId}`);
        answer(response.status(202), started.replay);
    }
  };
}

/** `GET /v1/ops/replays/{id}`: where it stands. */
export function showReplayRoute({ replays }: ReplayRoutesDeps): RequestHandler<{ id: string }> {
  return async (request, response) => {
    answer(response, await replays.show(clientOf(response).tenant, request.params.id));
  };
}

/** `DELETE /v1/ops/replays/{id}`: it ends with the batch under way. */
export function cancelReplayRoute({ replays }: ReplayRoutesDeps): RequestHandler<{ id: string }> {
  return async (request, response) => {
    answer(response, await replays.cancel(clientOf(response).tenant, request.params.id));
  };
}

function invalid(field: string, detail: string): HttpProblem {
  return new HttpProblem('invalid-request', { faults: [{ field, kind: 'invalid', detail }] });
}

function answer(response: Response, replay: ReplayState | null): void {
  if (!replay) throw new HttpProblem('not-found');
  noteObjects(response, [replay.job.replayId]);
  response.set('cache-control', 'no-store').json(toView(replay));
}

/** Who asked for what; never for whom. */
function report(logger: Logger, response: Response, asked: ReplayRequest, { job }: ReplayState): void {
  const { name: client, tenant } = clientOf(response);
  const { replayId, topic, limit, perSecond, dryRun, force } = job;
  const selectedBy = asked.captureIds ? 'ids' : asked.filter?.subject === undefined ? 'filter' : 'subject';
  const requestId = String(response.locals['requestId']);
  logger.info('ops.replay', {
    ...{ client, tenant, requestId, replayId, selectedBy, topic, limit, perSecond, dryRun, force },
    captures: job.captureIds?.length,
  });
}

function toView({ job, status, progress, endedAt, why }: ReplayState): ReplayView {
  const { replayId: id, topic = null, limit, perSecond, dryRun, force } = job;
  const { byType, skipped, limitReached } = progress;
  return {
    ...{ id, status, topic, limit, perSecond, dryRun, force },
    ...(why === undefined ? {} : { why }),
    createdAt: new Date(job.createdAt).toISOString(),
    ...(endedAt === undefined ? {} : { endedAt: new Date(endedAt).toISOString() }),
    replayed: replayedOf(progress),
    ...{ byType: { ...byType }, skipped: { ...skipped }, limitReached },
    links: { self: `${path}/${id}` },
  };
}
