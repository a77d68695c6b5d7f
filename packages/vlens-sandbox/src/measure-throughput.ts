/**
 * Prints how many link calls per second a sandbox answers, its client sharing the machine. Run by hand:
 * `node --conditions=source packages/vlens-sandbox/src/measure-throughput.ts [seconds] [connections]`
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { extname } from 'node:path';

const seconds = Number(process.argv[2] ?? 10);
const connections = Number(process.argv[3] ?? 64);

const program = new URL(`main${extname(import.meta.url)}`, import.meta.url).pathname;
const sandbox = spawn(process.execPath, ['--conditions=source', program]);
const [line] = (await once(sandbox.stdout, 'data')) as [Buffer];
const { hostname, port } = new URL((JSON.parse(line.toString()) as { url: string }).url);

let answered = 0;
const clients = Array.from({ length: connections }, (_, client) => openClient(client));
await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
process.stdout.write(`${JSON.stringify({ callsPerSecond: Math.round(answered / seconds), connections, seconds })}\n`);
for (const client of clients) client.destroy();
sandbox.kill('SIGTERM');

/**
 * One connection that sends its next call as soon as the last is answered. A raw socket, to leave the processor to the
 * sandbox.
 */
function openClient(client: number): Socket {
  let sent = 0;
  let buffered = '';
  const socket = connect(Number(port), hostname, () => socket.write(request(client, sent)));
  socket.setEncoding('latin1').on('data', (chunk: string) => {
    buffered += chunk;
    const head = buffered.indexOf('\r\n\r\n');
    const length = Number(/content-length: (\d+)/i.exec(buffered)?.[1]);
    if (head < 0 || buffered.length < head + 4 + length) return;
    if (!buffered.startsWith('HTTP/1.1 200')) throw new Error(buffered);
    buffered = '';
    answered += 1;
    sent += 1;
    socket.write(request(client, sent));
  });
  return socket;
}

function request(client: number, call: number): string {
  const id = `11111111-0000-4000-8000-${String(client * 1_000_000 + call).padStart(12, '0')}`;
  const body = JSON.stringify({ transactionId: id, getExtractedData: true });
  return [
    'POST /api/DigitalIdentity/LinkUserWithExistingTransaction HTTP/1.1',
    `Host: ${hostname}`,
    'ApiKey: sandbox-api-key',
    `Authorization: Bearer sandbox-user-${client}`,
    'Content-Type: application/json',
    `Content-Length: ${body.length}`,
    '',
    body,
  ].join('\r\n');
}
