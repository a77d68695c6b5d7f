import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { ServerTls } from './server-tls.ts';

/** What a connection may take, in milliseconds and bytes. */
export interface ConnectionLimits {
  /** For all headers of a request to arrive. */
  readonly headersMs: number;
  /** For the whole request to arrive. */
  readonly requestMs: number;
  /** Between two requests. */
  readonly keepAliveMs: number;
  /** Without a byte in either direction while a request is under way: beyond the longest wait, and the beat of a stream. */
  readonly silenceMs: number;
  /** How often connections are looked at for the first two. */
  readonly checkMs: number;
  /** Request line and headers together. */
  readonly headerBytesMax: number;
}

export const connectionLimits: ConnectionLimits = {
  headersMs: 10_000,
  requestMs: 60_000,
  keepAliveMs: 65_000,
  silenceMs: 120_000,
  checkMs: 2_000,
  headerBytesMax: 16 * 1024,
};

/**
 * A server whose connections are bounded, and whose parser is strict: what two parsers could read in two ways, such as a body
 * with two lengths, is answered 400 by Node and the connection ends. With `tls` it speaks HTTPS only.
 */
export function createLimitedServer(
  app: RequestListener,
  limits = connectionLimits,
  tls?: ServerTls,
): Server | TlsServer {
  const options = {
    headersTimeout: limits.headersMs,
    requestTimeout: limits.requestMs,
    keepAliveTimeout: limits.keepAliveMs,
    connectionsCheckingInterval: limits.checkMs,
    maxHeaderSize: limits.headerBytesMax,
    insecureHTTPParser: false,
    requireHostHeader: true,
  };
  const server = tls
    ? createTlsServer({ ...options, ...tls, handshakeTimeout: limits.headersMs }, app)
    : createServer(options, app);
  server.setTimeout(limits.silenceMs);
  return server;
}
