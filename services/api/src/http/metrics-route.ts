import type { MetricsPage } from '@identity-events/shared/runtime/metrics';
import type { RequestHandler } from 'express';

/** `GET /metrics`: the page for Prometheus. It names no tenant and no person; keep it inside your network all the same. */
export function metricsRoute(page: MetricsPage): RequestHandler {
  return async (_request, response) => {
    response
      .set('cache-control', 'no-store')
      .set('content-type', page.contentType)
      .send(await page.text());
  };
}
