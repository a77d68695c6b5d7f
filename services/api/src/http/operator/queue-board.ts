import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { ExpressAdapter } from '@bull-board/express';
import type { Logger } from '@identity-events/shared/runtime/logger';
import type { Queue } from 'bullmq';
import express, { type RequestHandler, type Router } from 'express';
import { redactBoard } from './redact-board.ts';
import { operatorOf } from './require-login.ts';

/** What the board shows, and where. */
export interface QueueBoardDeps {
  /** Path under which it is mounted. */
  readonly path: string;
  readonly queues: readonly Queue[];
  /** Whether it may change anything. */
  readonly mayWrite: boolean;
  readonly logger: Logger;
}

/** What the board may change where it may: nothing that takes data from the page, or empties a queue. */
const writes =
  /^\/api\/queues\/[^/]+\/(pause|resume|retry\/failed|promote|clean\/(failed|completed)|[^/]+\/(retry|promote|clean))$/;

/** Bull Board sets styles on its elements, and names paths relative to its own. Nothing is from elsewhere. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'self'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Bull Board behind our own door: read-only unless it may write, every answer redacted, and nothing fetched from elsewhere. */
export function createQueueBoard({ path, queues, mayWrite, logger }: QueueBoardDeps): Router {
  const serverAdapter = new ExpressAdapter();
  serverAdapter.setBasePath(path);
  createBullBoard({
    queues: queues.map((queue) => new BullMQAdapter(queue, { readOnlyMode: !mayWrite })),
    serverAdapter,
    options: { uiConfig: { boardTitle: 'identity-events', showWorkers: false } },
  });
  const board = serverAdapter.getRouter() as express.Express;
  board.set('json replacer', redactBoard);
  board.disable('x-powered-by');
  return express.Router().use(door(mayWrite, logger), withoutFonts, board);
}

function door(mayWrite: boolean, logger: Logger): RequestHandler {
  return (request, response, next) => {
    response.set('content-security-policy', contentSecurityPolicy);
    if (request.method === 'GET' || request.method === 'HEAD') return next();
    if (!mayWrite || !writes.test(request.path)) {
      return void response.status(403).json({ error: 'This page may not change that.' });
    }
    const client = operatorOf(response);
    response.once('finish', () => {
      logger.warn('operator.changed_queue', { client, method: request.method, status: response.statusCode });
    });
    next();
  };
}

/** The page names fonts of Google's; without them the browser takes its own. */
const withoutFonts: RequestHandler = (_request, response, next) => {
  const send = response.send.bind(response);
  response.send = (body: unknown) =>
    send(typeof body === 'string' ? body.replace(/<link href="https:\/\/fonts\.[^>]*>/g, '') : body);
  next();
};
