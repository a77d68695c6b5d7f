import process from 'node:process';
import type { Express } from 'express';

/** Answers `/healthz` as well, and listens on the loopback port that the environment names, until SIGTERM. */
export function listen(app: Express): void {
  app.get('/healthz', (_request, response) => void response.json({ status: 'ok' }));
  const server = app.listen(Number(process.env['PORT']), '127.0.0.1');
  server.keepAliveTimeout = 65_000;
  process.once('SIGTERM', () => process.exit(0));
}
