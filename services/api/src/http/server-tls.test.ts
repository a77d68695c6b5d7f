import { once } from 'node:events';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { get, type Server } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { TLSSocket } from 'node:tls';
import { createAuthority } from '@identity-events/shared/runtime/certificates.fixture';
import { afterAll, expect, it, onTestFinished, vi } from 'vitest';
import { connectionLimits, createLimitedServer } from './create-limited-server.ts';
import { readServerTls, renewServerTls, type ServerTlsSettings } from './server-tls.ts';

const folder = mkdtempSync(join(tmpdir(), 'server-tls-'));
afterAll(() => rmSync(folder, { recursive: true }));
const authority = createAuthority(join(folder, 'ours'));
const server = authority.sign('api');
const client = authority.sign('client');
const stranger = createAuthority(join(folder, 'theirs')).sign('stranger');
const https: ServerTlsSettings = { TLS_CERT_FILE: server.cert, TLS_KEY_FILE: server.key };
const mutual: ServerTlsSettings = { ...https, TLS_CLIENT_CA_FILE: authority.cert };

async function listen(settings: ServerTlsSettings, limits = connectionLimits): Promise<Server> {
  const listening = createLimitedServer(
    (_, response) => response.end('here'),
    limits,
    readServerTls(settings),
  ) as Server;
  onTestFinished(() => {
    listening.closeAllConnections();
    listening.close();
  });
  await once(listening.listen(0, '127.0.0.1'), 'listening');
  return listening;
}

const portOf = (listening: Server): number => (listening.address() as AddressInfo).port;

/** What is answered, and the number of the certificate that is shown. */
async function ask(
  listening: Server,
  files?: { cert: string; key: string },
): Promise<{ body: string; serial: string }> {
  const own = files && { cert: readFileSync(files.cert), key: readFileSync(files.key) };
  const options = {
    host: '127.0.0.1',
    port: portOf(listening),
    ca: readFileSync(authority.cert),
    agent: false,
    ...own,
  };
  const [response] = (await once(get(options), 'response')) as [IncomingMessage];
  const serial = (response.socket as TLSSocket).getPeerCertificate().serialNumber;
  return { body: await text(response), serial };
}

it('with a certificate the API answers over TLS, and not without', async () => {
  const listening = await listen(https);
  expect((await ask(listening)).body).toBe('here');
  await expect(fetch(`http://127.0.0.1:${portOf(listening)}/`)).rejects.toThrow();
});

it('who shows no certificate of the clients authority gets no connection, once there is one', async () => {
  const listening = await listen(mutual);
  expect((await ask(listening, client)).body).toBe('here');
  // The alert that says why may come too late to be read.
  const refused = /certificate required|unknown ca|hang up|ECONNRESET|EPIPE/;
  await expect(ask(listening)).rejects.toThrow(refused);
  await expect(ask(listening, stranger)).rejects.toThrow(refused);
});

it('a connection on which TLS does not begin is ended', async () => {
  const listening = await listen(https, { ...connectionLimits, headersMs: 200 });
  const silent = connect(portOf(listening), '127.0.0.1');
  silent.on('error', () => undefined);
  await once(silent, 'close');
});

it('files that are exchanged are used by new connections, and kept from use while they do not fit each other', async () => {
  const copy = { cert: join(folder, 'tls.pem'), key: join(folder, 'tls.key') };
  const put = (from: typeof copy): void => {
    copyFileSync(from.key, copy.key);
    copyFileSync(from.cert, copy.cert);
  };
  put(server);
  const settings = { TLS_CERT_FILE: copy.cert, TLS_KEY_FILE: copy.key };
  const listening = await listen(settings);
  const lines: string[] = [];
  const line = (message: string): void => void lines.push(message);
  const stops: (() => Promise<unknown>)[] = [];
  const releases = { onStop: (_: string, stop: () => Promise<unknown>) => void stops.push(stop) };
  renewServerTls(listening, settings, {
    logger: { debug: line, info: line, warn: line, error: line },
    releases,
    lookEveryMs: 20,
  });
  onTestFinished(async () => void (await Promise.all(stops.map((stop) => stop()))));
  const before = (await ask(listening)).serial;

  writeFileSync(copy.cert, 'half a fi');
  await vi.waitFor(() => expect(lines).toEqual(['tls.refused']));
  expect((await ask(listening)).serial).toBe(before);

  put(authority.sign('renewed'));
  await vi.waitFor(() => expect(lines).toEqual(['tls.refused', 'tls.renewed']));
  const { body, serial } = await ask(listening);
  expect(body).toBe('here');
  expect(serial).not.toBe(before);
});

it.each([
  [
    'a file that is not there',
    { ...https, TLS_KEY_FILE: '/nowhere' },
    'TLS_KEY_FILE: the file can not be read: ENOENT',
  ],
  ['a file of something else', { ...https, TLS_CERT_FILE: import.meta.filename }, 'TLS_CERT_FILE: the file is not PEM'],
  ['the key of another certificate', { ...https, TLS_KEY_FILE: client.key }, 'not certificates and the key'],
])('the start is refused with %s', (_, settings, sentence) => {
  expect(() => readServerTls(settings)).toThrow(sentence);
});

it('without a certificate there is no TLS', () => {
  expect(readServerTls({})).toBeUndefined();
});
