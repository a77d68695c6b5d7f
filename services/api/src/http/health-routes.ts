import type { HealthView, ReadinessView } from '@identity-events/shared/contracts/health-view';
import type { RequestHandler } from 'express';

/** A dependency that must answer before requests can be served. */
export type ReadinessCheck = () => Promise<void>;

/** `GET /healthz`: the process runs. */
export const healthRoute: RequestHandler = (_request, response) => {
  response.json({ status: 'ok' } satisfies HealthView);
};

/** `GET /readyz`: 200 when every dependency answers, 503 with the ones that do not. */
export function readinessRoute(checks: Readonly<Record<string, ReadinessCheck>>): RequestHandler {
  return async (_request, response) => {
    const results = await Promise.all(
      Object.entries(checks).map(async ([name, check]) => {
        const ready = await check().then(
          () => true,
          () => false,
        );
        return [name, ready ? 'ok' : 'away'] as const;
      }),
    );
    const ready = results.every(([, state]) => state === 'ok');
    response
      .status(ready ? 200 : 503)
      .set('cache-control', 'no-store')
      .json({ status: ready ? 'ok' : 'unavailable', checks: Object.fromEntries(results) } satisfies ReadinessView);
  };
}
