import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** A collector of traces that keeps whatever it is sent, as it came. */
export interface TraceKeeper {
  /** What makes a service send its traces here, as JSON. */
  readonly env: Readonly<Record<string, string>>;
  readonly kept: Buffer[];
  close(): void;
}

export async function openTraceKeeper(): Promise<TraceKeeper> {
  const kept: Buffer[] = [];
  const server = createServer((request, response) => {
    void buffer(request).then((body) => {
      kept.push(body);
      response.setHeader('content-type', 'application/json').end('{}');
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_BSP_SCHEDULE_DELAY: '200',
    },
    kept,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
