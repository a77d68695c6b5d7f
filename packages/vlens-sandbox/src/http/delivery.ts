import type { ServerResponse } from 'node:http';
import type { Clock } from '../clock.ts';
import type { Reply } from './reply.ts';

/** How a reply goes out: whole, not at all, cut off with the connection, or slowly. */
export type Delivery =
  | { readonly how: 'whole' | 'hang' | 'reset' | 'truncate' }
  | { readonly how: 'drip'; readonly bytesPerSecond: number };

const DRIPS_PER_SECOND = 10;

/** Sends a reply that way. A hanging call ends when its client gives up or the sandbox closes. */
export async function deliver(response: ServerResponse, reply: Reply, delivery: Delivery, clock: Clock): Promise<void> {
  if (response.destroyed || delivery.how === 'hang') return;
  if (delivery.how === 'reset') {
    response.socket?.resetAndDestroy();
    return;
  }
  const body = Buffer.from(reply.text);
  response.writeHead(reply.status, { ...reply.headers, 'content-length': body.length });
  if ('bytesPerSecond' in delivery) await drip(response, body, { bytesPerSecond: delivery.bytesPerSecond, clock });
  else if (delivery.how === 'truncate') truncate(response, body);
  else response.end(body);
}

function truncate(response: ServerResponse, body: Buffer): void {
  response.write(body.subarray(0, body.length / 2), () => response.destroy());
}

async function drip(
  response: ServerResponse,
  body: Buffer,
  { bytesPerSecond, clock }: { bytesPerSecond: number; clock: Clock },
): Promise<void> {
  const size = Math.max(1, Math.round(bytesPerSecond / DRIPS_PER_SECOND));
  for (let offset = 0; offset < body.length && !response.destroyed; offset += size) {
    response.write(body.subarray(offset, offset + size));
    await clock.wait((1000 * size) / bytesPerSecond);
  }
  response.end();
}
