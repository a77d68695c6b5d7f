import { fileURLToPath } from 'node:url';
import { AppError } from '@identity-events/shared/runtime/errors';
import { bugFields, type Logger } from '@identity-events/shared/runtime/logger';
import type { Queue } from 'bullmq';
import express, { type ErrorRequestHandler, type Express } from 'express';
import type { Status } from '../../ops/status.ts';
import { securityHeaders } from '../security-headers.ts';
import { createQueueBoard } from './queue-board.ts';
import { type Operators, requireLogin } from './require-login.ts';

export interface OperatorAppDeps {
  readonly operators: Operators;
  /** How the service is now. Throws `AppError('redis_unavailable')`. */
  readonly readStatus: () => Promise<Status>;
  readonly queues: readonly Queue[];
  /** Whether the page of the queues may change anything. */
  readonly mayWrite: boolean;
  readonly logger: Logger;
}

const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const pages = { index: 'status.html', redirect: false, cacheControl: false };
const publicFolder = fileURLToPath(new URL('../../../public/operator', import.meta.url));

/** The pages for operators, each behind the login: `/ops` (how the service is) and `/ops/queues`. It listens nowhere yet. */
export function createOperatorApp({ operators, readStatus, queues, mayWrite, logger }: OperatorAppDeps): Express {
  const app = express();
  app.disable('x-powered-by').disable('etag').set('query parser', 'simple');
  app.use(securityHeaders, requireLogin(operators));
  app.use('/ops/queues', createQueueBoard({ path: '/ops/queues', queues, mayWrite, logger }));
  app.get('/ops/status.json', async (_request, response) => void response.json(await readStatus()));
  app.use((_request, response, next) => {
    response.set('content-security-policy', contentSecurityPolicy);
    next();
  });
  app.get('/', (_request, response) => response.redirect('/ops/'));
  app.get('/ops', (request, response, next) => (request.path === '/ops' ? response.redirect('/ops/') : next()));
  app.use('/ops', express.static(publicFolder, pages));
  app.use((_request, response) => void response.status(404).type('text').send('There is no such page.\n'));
  app.use(answerError(logger));
  return app;
}

function answerError(logger: Logger): ErrorRequestHandler {
  return (error: unknown, _request, response, _next) => {
    const isAway = error instanceof AppError && error.code === 'redis_unavailable';
    if (!isAway) logger.error('http.bug', bugFields(error));
    if (response.headersSent) return void response.destroy();
    response.status(isAway ? 503 : 500).json({ code: isAway ? error.code : 'internal' });
  };
}
