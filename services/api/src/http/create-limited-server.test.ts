import { once } from 'node:events';
import type { Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectionLimits, createLimitedServer } from './create-limited-server.ts';
import { apiKey, createApiFixture } from './http.fixture.ts';

const short = { headersMs: 300, requestMs: 500, keepAliveMs: 300, silenceMs: 1_500, checkMs: 50 };
const fixture = createApiFixture();
let server: Server;

beforeAll(async () => {
  server = createLimitedServer(fixture.app, { ...connectionLimits, ...short }).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** Resolves once the connection has ended, by a reset too, which is what a client sees that still sends. */
const ended = (socket: Socket): Promise<void> => new Promise((resolve) => socket.once('close', () => resolve()));

/** Sends text as it is; resolves once the server has ended the connection. */
async function send(text: string): Promise<{ answers: string[]; ms: number }> {
  const begun = performance.now();
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.on('error', () => undefined);
  let answer = '';
  socket.setEncoding('latin1').on('data', (part: string) => {
    answer += part;
  });
  socket.write(text);
  await ended(socket);
  return { answers: answer.match(/^HTTP\/1\.1 \d+/gm) ?? [], ms: performance.now() - begun };
}

const lines = (...parts: readonly string[]): string => parts.join('\r\n');
const start = lines('POST /v1/captures HTTP/1.1', 'Host: x', `Authorization: Bearer ${apiKey}`);
const typed = lines(start, 'Idempotency-Key: k', 'Content-Type: application/json');
const hidden = 'GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n';

describe('a client that takes its time', () => {
  it.each([
    ['over its headers', 'GET /healthz HTTP/1.1\r\nHost:', '408'],
    ['over its first line', 'G', '408'],
    ['over a body of JSON', lines(typed, 'Content-Length: 100', '', '{"kind":'), '408'],
    [
      'over a body of parts',
      lines(
        start,
        'Idempotency-Key: k',
        'Content-Type: multipart/form-data; boundary=b',
        'Content-Length: 100',
        '',
        '--b',
      ),
      '408',
    ],
  ])('%s is told so, and its connection ends', async (_, text, status) => {
    const { answers, ms } = await send(text);
    expect(answers).toEqual([`HTTP/1.1 ${status}`]);
    expect(ms).toBeLessThan(5_000);
  });

  it('between two requests loses its connection', async () => {
    const { answers, ms } = await send(hidden);
    expect(answers).toEqual(['HTTP/1.1 200']);
    expect(ms).toBeLessThan(5_000);
  });

  it('byte by byte gains nothing by going on', async () => {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.resume();
    socket.write('GET /healthz HTTP/1.1\r\n');
    const drip = setInterval(() => socket.write('X-A: b\r\n'), 50);
    const begun = performance.now();
    await ended(socket);
    clearInterval(drip);
    expect(performance.now() - begun).toBeLessThan(5_000);
  });
});

describe('what could be read in two ways is refused, and nothing behind it is read', () => {
  it.each([
    ['two ways to tell the length', lines(typed, 'Content-Length: 4', 'Transfer-Encoding: chunked', '', '0', '', '')],
    ['two lengths', lines(typed, 'Content-Length: 2', 'Content-Length: 40', '', '{}')],
    ['the same length twice', lines(typed, 'Content-Length: 2', 'Content-Length: 2', '', '{}')],
    ['a list of lengths', lines(typed, 'Content-Length: 2, 2', '', '{}')],
    ['a signed length', lines(typed, 'Content-Length: +2', '', '{}')],
    ['an unknown encoding', lines(typed, 'Transfer-Encoding: xchunked', '', '0', '', '')],
    ['chunked before another encoding', lines(typed, 'Transfer-Encoding: chunked, identity', '', '0', '', '')],
    ['a folded header', lines(start, 'X-A: b', ' c', '', '')],
    ['a space before the colon', lines(typed, 'Content-Length : 2', '', '{}')],
    ['a line that ends without a return', `${start}\nX-A: b\r\n\r\n`],
    ['a zero byte', lines(start, 'X-A: b\0c', '', '')],
    ['no host', 'GET /healthz HTTP/1.1\r\n\r\n'],
    ['a chunk of no size', lines(typed, 'Transfer-Encoding: chunked', '', 'x', '', '')],
    ['another version', 'GET /healthz HTTP/3.7\r\nHost: x\r\n\r\n'],
  ])('%s', async (_, text) => {
    const { answers } = await send(text + hidden);
    expect(answers).toEqual(['HTTP/1.1 400']);
  });

  it('headers of more than 16 KiB', async () => {
    const { answers } = await send(lines(start, `X-A: ${'a'.repeat(17 * 1024)}`, '', '') + hidden);
    expect(answers).toEqual(['HTTP/1.1 431']);
  });

  it('the rest of a body that is refused', async () => {
    const { answers } = await send(lines(start, 'Content-Length: 100000', 'Content-Type: text/plain', '', hidden));
    expect(answers).toEqual(['HTTP/1.1 400']);
  });
});
