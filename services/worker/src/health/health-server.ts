import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { MetricsPage } from '@identity-events/shared/runtime/metrics';
import { inTime } from './in-time.ts';

/** A dependency without which no capture gets to its readers. Rejects while it is away. */
type ReadinessCheck = () => Promise<void>;

export interface HealthServer {
  readonly port: number;
  close(): Promise<void>;
}

const checkTimeoutMs = 1_500;

/** What the health endpoints tell. */
export interface HealthDeps {
  /** What stands still in this process, so that only a new one would go on: nothing, if it is well. */
  readonly standing: () => readonly string[];
  readonly checks: Readonly<Record<string, ReadinessCheck>>;
  /** How the provider's gate stands. */
  readonly provider: () => Promise<unknown>;
  readonly metrics: MetricsPage;
}

/**
 * Serves `/healthz` (the process works, or has nothing to do; 503 names what stands still) and `/readyz` (every dependency answers
 * within 1.5 s; 503 names those away). How the provider's gate stands is told there too, but a provider that is away makes no worker
 * unready: it waits. `/metrics` is for Prometheus.
 */
export async function startHealthServer(
  host: string,
  port: number,
  { standing, checks, provider, metrics }: HealthDeps,
): Promise<HealthServer> {
  const server = createServer((request, response) => {
    const answer = (status: number, body: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
      response.end(JSON.stringify(body));
    };
    if (request.url === '/healthz') {
      const wedged = standing();
      return wedged.length === 0 ? answer(200, { status: 'ok' }) : answer(503, { status: 'wedged', standing: wedged });
    }
    if (request.url === '/metrics') return void sendMetrics(response, metrics);
    if (request.url !== '/readyz') return answer(404, { status: 'not found' });
    void Promise.all([runChecks(checks), inTime(provider, checkTimeoutMs)]).then(([states, gate]) => {
      const ready = Object.values(states).every((state) => state === 'ok');
      answer(ready ? 200 : 503, { status: ready ? 'ok' : 'unavailable', checks: states, provider: gate });
    });
  });
  server.listen(port, host);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

async function sendMetrics(response: ServerResponse, page: MetricsPage): Promise<void> {
  const text = await page.text();
  response.writeHead(200, { 'content-type': page.contentType, 'cache-control': 'no-store' }).end(text);
}

async function runChecks(checks: Readonly<Record<string, ReadinessCheck>>): Promise<Record<string, 'ok' | 'away'>> {
  const states = await Promise.all(
    Object.entries(checks).map(async ([name, check]) => {
      const state = await inTime(async () => {
        await check();
        return 'ok' as const;
      }, checkTimeoutMs);
      return [name, state ?? 'away'] as const;
    }),
  );
  return Object.fromEntries(states);
}
