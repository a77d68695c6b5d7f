import type { ApiScope } from '@identity-events/shared/contracts/scopes';
import type { AuditAction } from '@identity-events/shared/runtime/audit-log';
import type { RequestHandler } from 'express';
import { type CaptureEventsRouteDeps, captureEventsRoute } from './capture-events-route.ts';
import {
  abandonDeadLettersRoute,
  type DeadLetterRoutesDeps,
  listDeadLettersRoute,
  redriveDeadLettersRoute,
  showDeadLetterRoute,
} from './dead-letter-routes.ts';
import { eraseCaptureRoute } from './erase-capture-route.ts';
import { type EraseSubjectRouteDeps, eraseSubjectRoute } from './erase-subject-route.ts';
import { type GetCaptureRouteDeps, getCaptureRoute } from './get-capture-route.ts';
import { type GetIdentityRouteDeps, getIdentityRoute } from './get-identity-route.ts';
import {
  type IdentityImagesRoutesDeps,
  identityImageContentRoute,
  listIdentityImagesRoute,
} from './identity-images-routes.ts';
import { type ListCapturesRouteDeps, listCapturesRoute } from './list-captures-route.ts';
import { cancelReplayRoute, type ReplayRoutesDeps, showReplayRoute, startReplayRoute } from './replay-routes.ts';
import { type SubmitBatchRouteDeps, submitBatchRoute } from './submit-batch-route.ts';
import { submitCaptureRoute } from './submit-capture-route.ts';

export interface ApiRoutesDeps
  extends SubmitBatchRouteDeps,
    GetCaptureRouteDeps,
    CaptureEventsRouteDeps,
    EraseSubjectRouteDeps,
    GetIdentityRouteDeps,
    ListCapturesRouteDeps,
    IdentityImagesRoutesDeps,
    DeadLetterRoutesDeps,
    ReplayRoutesDeps {}

/** A call for clients. What it declares here is seen to before `handle` runs, which finds the client by `clientOf`. */
interface ApiRoute {
  readonly method: 'get' | 'post' | 'delete';
  readonly path: string;
  /** What the client's key must allow. */
  readonly scope: ApiScope;
  /** What is accounted for. Null only for what neither changes anything nor tells anything personal. */
  readonly audit: AuditAction | null;
  readonly handle: RequestHandler<never>;
}

/** Every call that needs an API key. */
export function apiRoutes(deps: ApiRoutesDeps): readonly ApiRoute[] {
  return [
    { method: 'get', path: '/v1/captures', scope: 'captures:read', audit: null, handle: listCapturesRoute(deps) },
    {
      method: 'post',
      path: '/v1/captures',
      scope: 'captures:write',
      audit: 'capture.submit',
      handle: submitCaptureRoute(deps),
    },
    {
      method: 'post',
      path: '/v1/captures/batch',
      scope: 'captures:write',
      audit: 'capture.submit',
      handle: submitBatchRoute(deps),
    },
    { method: 'get', path: '/v1/captures/:id', scope: 'captures:read', audit: null, handle: getCaptureRoute(deps) },
    {
      method: 'delete',
      path: '/v1/captures/:id',
      scope: 'captures:write',
      audit: 'capture.erase',
      handle: eraseCaptureRoute(deps),
    },
    {
      method: 'get',
      path: '/v1/captures/:id/events',
      scope: 'captures:read',
      audit: null,
      handle: captureEventsRoute(deps),
    },
    {
      method: 'get',
      path: '/v1/captures/:id/identity',
      scope: 'identity:read',
      audit: 'identity.read',
      handle: getIdentityRoute(deps),
    },
    {
      method: 'delete',
      path: '/v1/subjects/:subject',
      scope: 'captures:write',
      audit: 'subject.erase',
      handle: eraseSubjectRoute(deps),
    },
    {
      method: 'get',
      path: '/v1/identities/images',
      scope: 'evidence:read',
      audit: 'evidence.list',
      handle: listIdentityImagesRoute(deps),
    },
    {
      method: 'get',
      path: '/v1/identities/images/content',
      scope: 'evidence:read',
      audit: 'evidence.read',
      handle: identityImageContentRoute(deps),
    },
    ...operations(deps),
  ];
}

function operations(deps: DeadLetterRoutesDeps & ReplayRoutesDeps): readonly ApiRoute[] {
  const [letters, replays, scope] = ['/v1/ops/dead-letters', '/v1/ops/replays', 'ops'] as const;
  return [
    { method: 'get', path: letters, scope, audit: 'dead_letter.list', handle: listDeadLettersRoute(deps) },
    {
      method: 'post',
      path: `${letters}/redrive`,
      scope,
      audit: 'dead_letter.redrive',
      handle: redriveDeadLettersRoute(deps),
    },
    {
      method: 'post',
      path: `${letters}/abandon`,
      scope,
      audit: 'dead_letter.abandon',
      handle: abandonDeadLettersRoute(deps),
    },
    // Behind the others, which it would take for ids.
    { method: 'get', path: `${letters}/:id`, scope, audit: 'dead_letter.read', handle: showDeadLetterRoute(deps) },
    { method: 'post', path: replays, scope, audit: 'event.replay', handle: startReplayRoute(deps) },
    { method: 'get', path: `${replays}/:id`, scope, audit: 'event.replay_read', handle: showReplayRoute(deps) },
    { method: 'delete', path: `${replays}/:id`, scope, audit: 'event.replay_cancel', handle: cancelReplayRoute(deps) },
  ];
}
