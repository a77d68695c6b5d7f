import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** One request as a real server saw it. */
export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
}

/** A server on a free loopback port, until the test is over. */
export interface LocalServer {
  readonly baseUrl: string;
  readonly requests: readonly SeenRequest[];
}

/** Gives each request, once its body is in, to the next listener; the last one takes all that follow. */
export async function startServer(
  ...listeners: ((response: http.ServerResponse, request: SeenRequest) => void)[]
): Promise<LocalServer> {
  const requests: SeenRequest[] = [];
  const answer = async (request: http.IncomingMessage, response: http.ServerResponse): Promise<void> => {
    const { method = '', url = '', headers } = request;
    const seen = { method, url, headers, body: Buffer.concat(await request.toArray()) };
    requests.push(seen);
    listeners[Math.min(requests.length, listeners.length) - 1]?.(response, seen);
  };
  const server = http.createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

/** Answers with JSON. */
export function json(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}) {
  return (response: http.ServerResponse): void => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  };
}
