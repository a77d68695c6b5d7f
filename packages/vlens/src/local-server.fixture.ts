import http from 'node:http';
import type { AddressInfo } from 'node:net';
import net from 'node:net';
import { onTestFinished } from 'vitest';

/** One request as a real server saw it. */
export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

/** A server on a free loopback port, until the test is over. */
export interface LocalServer {
  readonly baseUrl: string;
  readonly requests: readonly SeenRequest[];
  /** How many connections were opened so far. */
  readonly sockets: () => number;
}

type Listener = (request: SeenRequest, response: http.ServerResponse) => void;

/** Answers each request, once its body is in, by `listener`. */
export function startHttpServer(listener: Listener): Promise<LocalServer> {
  const requests: SeenRequest[] = [];
  const answer = async (request: http.IncomingMessage, response: http.ServerResponse) => {
    const { method = '', url = '', headers } = request;
    const seen = { method, url, headers, body: Buffer.concat(await request.toArray()).toString() };
    requests.push(seen);
    listener(seen, response);
  };
  const server = http.createServer((request, response) => void answer(request, response));
  return listen(server, 'http', requests);
}

/** Writes `bytes` on each connection that says anything, then ends it. */
export function startRawServer(bytes: string): Promise<LocalServer> {
  const server = net.createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => socket.end(bytes));
  });
  return listen(server, 'http', []);
}

/** Starts any server of Node's; its connections are cut at the end of the test. */
export async function listen(
  server: net.Server,
  scheme: 'http' | 'https',
  requests: readonly SeenRequest[],
): Promise<LocalServer> {
  const open = new Set<net.Socket>();
  let sockets = 0;
  server.on('connection', (socket) => {
    sockets += 1;
    open.add(socket);
    socket.on('close', () => open.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { baseUrl: `${scheme}://127.0.0.1:${port}`, requests, sockets: () => sockets };
}
