import { type ProblemName, problems } from '@identity-events/shared/contracts/problems';
import type { AuditLog } from '@identity-events/shared/runtime/audit-log';
import { bugFields, type Logger } from '@identity-events/shared/runtime/logger';
import type { MetricsPage } from '@identity-events/shared/runtime/metrics';
import type { Tenants } from '@identity-events/shared/tenants/tenant';
import express, {
  type ErrorRequestHandler,
  type Express,
  type Request,
  type RequestHandler,
  type Response,
} from 'express';
import { type ApiRoutesDeps, apiRoutes } from './api-routes.ts';
import { auditRequests } from './audit-requests.ts';
import { authenticate, requireScope } from './authorize.ts';
import { docsAssetRoute, docsPageRoute, eventsPageRoute } from './docs-routes.ts';
import { type DocumentRoutesDeps, documentRoute, schemaRoute } from './document-routes.ts';
import { healthRoute, type ReadinessCheck, readinessRoute } from './health-routes.ts';
import { limitRate } from './limit-client.ts';
import { metricsRoute } from './metrics-route.ts';
import { HttpProblem, problemBody } from './problem.ts';
import { problemPageRoute } from './problem-page-route.ts';
import { securityHeaders } from './security-headers.ts';
import { toProblem } from './to-problem.ts';
import { traceRequests } from './trace-requests.ts';
import { type VlensWebhookRouteDeps, vlensWebhookRoute } from './vlens-webhook-route.ts';

export interface HttpAppDeps extends ApiRoutesDeps, VlensWebhookRouteDeps, DocumentRoutesDeps {
  readonly tenants: Pick<Tenants, 'clientOf'>;
  readonly readiness: Readonly<Record<string, ReadinessCheck>>;
  readonly newRequestId: () => string;
  /** Addresses or subnets whose `X-Forwarded-For` is believed. */
  readonly trustedProxies: readonly string[];
  readonly audit: AuditLog;
  readonly logger: Logger;
  readonly metrics: MetricsPage;
  /** Told of every request once it is over. */
  readonly onAnswered: (request: AnsweredRequest) => void;
}

/** A request that is over: what it was for, by our own names only, and how it ended. */
interface AnsweredRequest {
  readonly method: string;
  readonly route: string | null;
  readonly status: number;
  readonly durationMs: number;
  readonly problem?: ProblemName | undefined;
}

/** The API as an Express application; it listens nowhere yet. */
export function createHttpApp(deps: HttpAppDeps): Express {
  const app = express();
  app.disable('x-powered-by').disable('etag').set('query parser', 'simple');
  app.set('trust proxy', deps.trustedProxies);
  app.use(securityHeaders);
  app.use(identifyAndReport(deps));
  app.get('/healthz', healthRoute);
  app.get('/readyz', readinessRoute(deps.readiness));
  app.get('/metrics', metricsRoute(deps.metrics));
  app.use('/v1', traceRequests);
  addApiRoutes(app, deps);
  app.route('/v1/webhooks/vlens/:tenant').post(vlensWebhookRoute(deps)).all(notAllowed('POST'));
  app.route('/v1/webhooks/vlens/:tenant/:secret').post(vlensWebhookRoute(deps)).all(notAllowed('POST'));
  addDocumentRoutes(app, deps);
  app.use(() => {
    throw new HttpProblem('not-found');
  });
  app.use(answerProblem(deps.logger));
  return app;
}

/** What needs an API key. Who asks is known first, so that a request that is refused is accounted for, too. */
function addApiRoutes(app: Express, deps: HttpAppDeps): void {
  const [known, limit] = [authenticate(deps.tenants), limitRate(deps.allowances)];
  for (const [path, calls] of Map.groupBy(apiRoutes(deps), (call) => call.path)) {
    const route = app.route(path);
    for (const { method, scope, audit, handle } of calls) {
      const audited = audit ? [auditRequests(deps.audit, audit)] : [];
      route[method](known, ...audited, requireScope(scope), limit, handle as unknown as RequestHandler);
    }
    route.all(notAllowed(calls.map(({ method }) => method.toUpperCase()).join(', ')));
  }
}

/** What needs no API key: the contracts, for programs and for people. */
function addDocumentRoutes(app: Express, { documents }: DocumentRoutesDeps): void {
  app.get('/openapi.json', documentRoute(documents.openapi));
  app.get('/asyncapi.json', documentRoute(documents.asyncapi));
  app.get('/schemas/:name', schemaRoute(documents.eventSchemas));
  app.get('/problems/:name', problemPageRoute);
  app.get('/docs', docsPageRoute);
  app.get('/docs/events', eventsPageRoute(documents.asyncapi));
  app.get('/docs/:asset', docsAssetRoute);
}

/** Gives each request an id (the caller's `X-Request-Id` when it is usable); logs and reports it when it is over. */
function identifyAndReport({ newRequestId, logger, onAnswered }: HttpAppDeps): RequestHandler {
  return (request, response, next) => {
    const startedAt = performance.now();
    const given = request.get('x-request-id');
    const requestId = given && /^[A-Za-z0-9._-]{8,128}$/.test(given) ? given : newRequestId();
    response.locals['requestId'] = requestId;
    response.set('x-request-id', requestId);
    response.once('close', () => {
      const answered = {
        method: request.method,
        route: (request.route as { path: string } | undefined)?.path ?? null,
        status: response.statusCode,
        durationMs: Math.round((performance.now() - startedAt) * 10) / 10,
      };
      logger.info('http.request', { ...answered, ...logged(response.locals) });
      onAnswered({ ...answered, problem: response.locals['problem'] as ProblemName | undefined });
    });
    next();
  };
}

/** What routes leave for the log, by name: nothing else of what they keep gets there. */
function logged({ requestId, captureId, problem, accepted, refused, traceparent }: Partial<Record<string, string>>) {
  return { requestId, captureId, problem, accepted, refused, traceId: traceparent?.split('-')[1] };
}

function notAllowed(allow: string): RequestHandler {
  return (_request, response) => {
    response.set('allow', allow);
    throw new HttpProblem('method-not-allowed');
  };
}

/** https://www.rfc-editor.org/rfc/rfc6750#section-3 */
const challenges: { readonly [P in ProblemName]?: string } = {
  unauthenticated: 'Bearer',
  forbidden: 'Bearer error="insufficient_scope"',
};

/** Answers what was thrown as a problem; what nobody foresaw is logged with its stack and told as `internal` only. */
function answerProblem(logger: Logger): ErrorRequestHandler {
  return (error: unknown, request, response, _next) => {
    const problem = toProblem(error);
    const requestId = String(response.locals['requestId']);
    if (problem.problem === 'internal') logger.error('http.bug', { requestId, ...bugFields(error) });
    response.locals['problem'] = problem.problem;
    if (response.headersSent) return void request.destroy();
    dropRest(request, response);
    const challenge = challenges[problem.problem];
    if (challenge) response.set('www-authenticate', challenge);
    if (problem.details.retryAfterSeconds) response.set('retry-after', String(problem.details.retryAfterSeconds));
    response
      .status(problems[problem.problem].status)
      .type('application/problem+json')
      .send(JSON.stringify(problemBody(problem, requestId)));
  };
}

/** Most bytes of a refused body that are read for nothing: as much as a capture has with images of a usual size. */
const droppedBytesMax = 8 * 1024 ** 2;

/**
 * What is left of a refused body is read and dropped: who still sends when the connection ends sees no answer. Of one that may be
 * larger nothing is read, and the connection ends with the answer.
 */
function dropRest(request: Request, response: Response): void {
  if (request.complete) return;
  if (Number(request.get('content-length')) <= droppedBytesMax) request.unpipe().resume();
  else response.set('connection', 'close');
}
