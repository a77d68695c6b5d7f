import https from 'node:https';
import net from 'node:net';
import { generate } from 'selfsigned';
import { Agent } from 'undici';
import { expect, onTestFinished, test } from 'vitest';
import { livenessSuccess } from './answers.fixture.ts';
import { createVlensClient } from './create-vlens-client.ts';
import { type LocalServer, listen, startHttpServer, startRawServer } from './local-server.fixture.ts';
import type { CallOptions, VlensClientOptions } from './options.ts';
import { VlensTransportError } from './transport-error.ts';

const success = JSON.stringify(livenessSuccess);

function clientOf({ baseUrl }: Pick<LocalServer, 'baseUrl'>, options: Partial<VlensClientOptions> = {}) {
  const dispatcher = new Agent();
  onTestFinished(() => dispatcher.destroy());
  return createVlensClient({ baseUrl, apiKey: 'key', timeoutMs: 5_000, dispatcher, ...options });
}

/** Makes one call that must be thrown, and checks what holds for every such error. */
async function failureOf(
  server: Pick<LocalServer, 'baseUrl'>,
  options: Partial<VlensClientOptions> = {},
  call: CallOptions = {},
): Promise<VlensTransportError> {
  const thrown = await clientOf(server, options)
    .linkTransaction({ transactionId: 'T-1' }, { accessToken: 'secret-token', ...call })
    .catch((error: unknown) => error);
  if (!(thrown instanceof VlensTransportError)) throw new Error('expected a VlensTransportError', { cause: thrown });
  expect(thrown.endpoint).toBe('linkTransaction');
  expect(`${thrown.message} ${JSON.stringify(thrown)}`).not.toMatch(/secret|T-1|Mona/);
  return thrown;
}

test('a server that never answers is a timeout', async () => {
  const server = await startHttpServer(() => {});

  expect(await failureOf(server, { timeoutMs: 100 })).toMatchObject({ code: 'timeout', retriable: true });
});

test('the timeout of a call wins over that of the client', async () => {
  const server = await startHttpServer(() => {});

  expect(await failureOf(server, { timeoutMs: 60_000 }, { timeoutMs: 100 })).toMatchObject({ code: 'timeout' });
});

test('a server that drips its body forever is a timeout', async () => {
  const server = await startHttpServer((_, response) => {
    const drip = setInterval(() => response.write(' '), 10);
    response.on('close', () => clearInterval(drip));
  });

  const startedAt = performance.now();

  expect(await failureOf(server, { timeoutMs: 200 })).toMatchObject({ code: 'timeout', retriable: true });
  expect(performance.now() - startedAt).toBeLessThan(2_000);
});

test('waiting for a free connection counts against the deadline', async () => {
  const server = await startHttpServer(() => {});
  const dispatcher = new Agent({ connections: 1 });
  onTestFinished(() => dispatcher.destroy());

  const failures = await Promise.all([1, 2].map(() => failureOf(server, { dispatcher, timeoutMs: 100 })));

  expect(failures.map(({ code }) => code)).toEqual(['timeout', 'timeout']);
});

test('a reset in mid-body is a lost connection', async () => {
  const server = await startHttpServer((_, response) => {
    response.writeHead(200, { 'Content-Length': success.length });
    response.write(success.slice(0, 20), () => response.socket?.resetAndDestroy());
  });

  expect(await failureOf(server)).toMatchObject({ code: 'connection_lost', retriable: true });
});

test('a body shorter than its Content-Length is a lost connection', async () => {
  const server = await startRawServer(`HTTP/1.1 200 OK\r\nContent-Length: ${success.length + 10}\r\n\r\n${success}`);

  expect(await failureOf(server)).toMatchObject({ code: 'connection_lost', retriable: true });
});

test('a connection closed without an answer is a lost connection', async () => {
  expect(await failureOf(await startRawServer(''))).toMatchObject({ code: 'connection_lost', retriable: true });
});

test('an answer that is not HTTP is malformed', async () => {
  const failure = await failureOf(await startRawServer('Mona says hello\r\n\r\n'));

  expect(failure).toMatchObject({ code: 'response_malformed', retriable: true });
});

test('a port that nobody listens on is a failed connection', async () => {
  const { port } = await new Promise<net.AddressInfo>((resolve) => {
    const server = net.createServer().listen(0, '127.0.0.1', () => {
      const address = server.address() as net.AddressInfo;
      server.close(() => resolve(address));
    });
  });

  const failure = await failureOf({ baseUrl: `http://127.0.0.1:${port}` });

  expect(failure).toMatchObject({ code: 'connect_failed', causeCode: 'ECONNREFUSED', retriable: true });
});

test('a name that does not resolve is a failed connection', async () => {
  const failure = await failureOf({ baseUrl: 'http://vlens.invalid' });

  expect(failure).toMatchObject({ code: 'connect_failed', retriable: true });
});

test('a self-signed certificate is refused, and the request is not sent', async () => {
  let isAsked = false;
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }]);
  const server = await listen(
    https.createServer({ key, cert }, () => {
      isAsked = true;
    }),
    'https',
    [],
  );

  const failure = await failureOf(server);

  expect(failure).toMatchObject({ code: 'tls_failed', causeCode: 'DEPTH_ZERO_SELF_SIGNED_CERT', retriable: true });
  expect(isAsked).toBe(false);
});

test('https to a server that speaks plain http is a TLS failure', async () => {
  const { baseUrl } = await startHttpServer((_, response) => response.end(success));

  expect(await failureOf({ baseUrl: baseUrl.replace('http:', 'https:') })).toMatchObject({ code: 'tls_failed' });
});

test.each([301, 302, 304, 307, 308])('a redirect with %i is refused, and nobody is followed', async (status) => {
  const server = await startHttpServer((_, response) => {
    response.writeHead(status, { Location: '/elsewhere' }).end();
  });

  expect(await failureOf(server)).toMatchObject({ code: 'redirect_refused', httpStatus: status });
  expect(server.requests).toHaveLength(1);
});

test('a body above the limit is refused while it arrives', async () => {
  let chunks = 0;
  const server = await startHttpServer((_, response) => {
    const write = () => {
      chunks += 1;
      if (!response.destroyed) response.write('x'.repeat(1024), () => setImmediate(write));
    };
    write();
  });

  const failure = await failureOf(server, { maxResponseBytes: 10 * 1024 });

  expect(failure).toMatchObject({ code: 'response_too_large', retriable: false, httpStatus: 200 });
  expect(chunks).toBeLessThan(10_000);
});

test('a body of exactly the limit is read', async () => {
  const server = await startHttpServer((_, response) => response.end(success));

  const client = clientOf(server, { maxResponseBytes: success.length });

  expect(await client.cancelIdentity({ accessToken: 't' })).toEqual({ ok: true, value: null });
});

test('invalid JSON on 200 is malformed, and not quoted', async () => {
  const server = await startHttpServer((_, response) => response.end('{"name":"Mona'));

  expect(await failureOf(server)).toMatchObject({ code: 'response_malformed', retriable: true, httpStatus: 200 });
});

test('an HTML page on 502 is a fault of the provider', async () => {
  const server = await startHttpServer((_, response) => {
    response.writeHead(502, { 'Content-Type': 'text/html' }).end('<html>Bad gateway</html>');
  });

  const answer = await clientOf(server).linkTransaction({ transactionId: 'T-1' }, { accessToken: 't' });

  expect(answer).toMatchObject({ ok: false, fault: { reason: 'provider_unavailable', retriable: true } });
});

test('Retry-After on 429 is passed on', async () => {
  const server = await startHttpServer((_, response) => response.writeHead(429, { 'Retry-After': '3' }).end());

  const answer = await clientOf(server).linkTransaction({ transactionId: 'T-1' }, { accessToken: 't' });

  expect(answer).toMatchObject({ ok: false, fault: { reason: 'rate_limited', retryAfterMs: 3_000 } });
});

test('a fired signal ends the call, with its reason as cause', async () => {
  const controller = new AbortController();
  const reason = new Error('shutting down');
  const server = await startHttpServer(() => controller.abort(reason));

  const failure = await failureOf(server, {}, { signal: controller.signal });

  expect(failure).toMatchObject({ code: 'aborted', retriable: true, cause: reason });
});

test('a signal that fired before sends nothing', async () => {
  const server = await startHttpServer((_, response) => response.end(success));

  expect(await failureOf(server, {}, { signal: AbortSignal.abort() })).toMatchObject({ code: 'aborted' });
  expect(server.sockets()).toBe(0);
});

test('calls one after another reuse their connections', async () => {
  const server = await startHttpServer((_, response) => response.end(success));
  const client = clientOf(server);

  for (let call = 0; call < 20; call += 1) await client.cancelIdentity({ accessToken: 't' });

  expect(server.requests).toHaveLength(20);
  // Two, for undici's pool may open another before the first has settled.
  expect(server.sockets()).toBeLessThanOrEqual(2);
});

test('the own agent opens at most 64 connections', async () => {
  const server = await startHttpServer((_, response) => setImmediate(() => response.end(success)));
  const client = createVlensClient({ baseUrl: server.baseUrl, apiKey: 'key' });
  onTestFinished(() => client.close());

  await Promise.all(Array.from({ length: 200 }, () => client.cancelIdentity({ accessToken: 't' })));

  expect(server.requests).toHaveLength(200);
  expect(server.sockets()).toBe(64);
});

test('close waits for the call under way, and ends later ones', async () => {
  const server = await startHttpServer((_, response) => setTimeout(() => response.end(success), 50));
  const client = createVlensClient({ baseUrl: server.baseUrl, apiKey: 'key' });
  const underWay = client.cancelIdentity({ accessToken: 't' });

  await client.close();

  expect(await underWay).toEqual({ ok: true, value: null });
  await expect(client.cancelIdentity({ accessToken: 't' })).rejects.toMatchObject({ code: 'aborted' });
});

test('close leaves a dispatcher of the caller open', async () => {
  const server = await startHttpServer((_, response) => response.end(success));
  const client = clientOf(server);

  await client.close();

  expect(await client.cancelIdentity({ accessToken: 't' })).toEqual({ ok: true, value: null });
});
