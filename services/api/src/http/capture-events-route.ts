import { isTerminal } from '@identity-events/shared/contracts/capture';
import type { CaptureRecord } from '@identity-events/shared/store/capture-record';
import type { RequestHandler, Response } from 'express';
import { type FollowCaptureDeps, followCapture } from '../captures/follow-capture.ts';
import { clientOf } from './authorize.ts';
import { toCaptureView } from './capture-view.ts';
import { type OwnCaptureDeps, readOwnCapture } from './read-own-capture.ts';
import type { Waits } from './waits.ts';

export interface CaptureEventsRouteDeps extends FollowCaptureDeps {
  readonly captures: OwnCaptureDeps['captures'];
  readonly waits: Waits;
  /** How often something is sent while nothing happens, so that nobody between takes the connection for dead; ms. */
  readonly heartbeatMs: number;
}

/** A stream ends after this long, in ms; its client comes back and goes on where it was. */
const streamMsMax = 1_800_000;

/** How long a client waits before it comes back, in ms. */
const comeBackMs = 2_000;

/**
 * `GET /v1/captures/{id}/events`: the capture as it stands, then again after each change, as server-sent events
 * (https://html.spec.whatwg.org/multipage/server-sent-events.html), until its event is in Kafka.
 *
 * An id says how far the capture had come, so a client that comes back with `Last-Event-ID` gets what it does not know yet,
 * from whichever process; 204, by which it stops coming back, when there will be nothing more.
 */
export function captureEventsRoute(deps: CaptureEventsRouteDeps): RequestHandler<{ id: string }> {
  return async (request, response) => {
    const client = clientOf(response);
    const record = await readOwnCapture(deps.captures, client, request.params.id);
    response.locals['captureId'] = record.id;
    response.set('cache-control', 'no-store');
    const known = readLastEventId(request.get('last-event-id'));
    if (record.published && known >= progressOf(record)) return void response.status(204).end();
    await stream(deps, record, response, known);
  };
}

async function stream(
  deps: CaptureEventsRouteDeps,
  record: CaptureRecord,
  response: Response,
  known: number,
): Promise<void> {
  const wait = deps.waits.begin(response, streamMsMax);
  let heartbeat: NodeJS.Timeout | undefined;
  try {
    let last = known;
    for await (const now of followCapture(deps, record.id, wait.signal)) {
      if (!heartbeat) {
        // Only now: until the capture is followed, what fails can still be answered as a problem.
        open(response);
        heartbeat = setInterval(() => send(response, ': \n\n'), deps.heartbeatMs);
      }
      if (!now) break;
      const progress = progressOf(now);
      if (progress > last) send(response, toMessage(now, progress));
      last = Math.max(last, progress);
      if (now.published) break;
    }
    if (response.headersSent) response.end();
  } finally {
    clearInterval(heartbeat);
    wait.end();
  }
}

function open(response: Response): void {
  // The last one is for nginx, which would hold the messages back.
  response.status(200).setHeader('content-type', 'text/event-stream').setHeader('x-accel-buffering', 'no');
  response.flushHeaders();
  response.write(`retry: ${comeBackMs}\n\n`);
}

/** What a client does not take is not sent: it has fallen asleep, and the next message holds everything. */
function send(response: Response, message: string): void {
  if (!response.writableNeedDrain) response.write(message);
}

function toMessage(record: CaptureRecord, progress: number): string {
  return `id: ${progress}\nevent: capture\ndata: ${JSON.stringify(toCaptureView(record))}\n\n`;
}

const [decided, announced] = [1_000, 1_001];

/** How far a capture has come: a number that only grows. */
function progressOf({ status, steps, published }: CaptureRecord): number {
  if (published) return announced;
  if (isTerminal(status)) return decided;
  return 1 + (status === 'processing' ? 1 : 0) + steps.size;
}

function readLastEventId(header: string | undefined): number {
  return header !== undefined && /^\d{1,4}$/.test(header) ? Number(header) : 0;
}
