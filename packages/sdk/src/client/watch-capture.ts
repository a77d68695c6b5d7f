import { setTimeout as sleep } from 'node:timers/promises';
import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { isTerminal } from '#contracts/capture';
import { type CaptureView, captureView } from '../open-contracts.ts';
import { type Caller, parseAnswer, pathOf } from './caller.ts';
import type { CallOptions } from './options.ts';
import { toProblemError } from './problem.ts';
import { isWorthRetrying, withRetries } from './retry.ts';
import { open, readText, toCallError } from './send.ts';

/** A stream that says nothing for this long is dead, in ms: the service says something every 15 s. */
const silenceMsMax = 60_000;
const messageCharsMax = 1024 * 1024;
const defaultRetryMs = 2_000;

/** Where a stream is to be taken up again, and when. */
interface Position {
  lastEventId: string | undefined;
  retryMs: number;
}

/**
 * The capture as it stands, and again after each change, until its event is in Kafka (server-sent events). A stream that is cut is
 * taken up where it was. Ends early with `ProblemError` `gone` when the capture is erased.
 */
export async function* watchCapture(
  caller: Caller,
  captureId: string,
  options: CallOptions,
): AsyncGenerator<CaptureView, void, undefined> {
  const position: Position = { lastEventId: undefined, retryMs: defaultRetryMs };
  for (;;) {
    const { response, silence } = await connect(caller, captureId, options, position);
    try {
      if (response.status === 204) return;
      for await (const { id, data } of messagesOf(response, position, () => silence.within(silenceMsMax))) {
        position.lastEventId = id ?? position.lastEventId;
        const capture = parseAnswer(JSON.parse(data), captureView);
        yield capture;
        if (capture.event && isTerminal(capture.status)) return;
      }
    } catch (error) {
      const fault = toCallError(error, silence.signal, options.signal);
      if (!isWorthRetrying(fault)) throw fault;
    } finally {
      silence.end();
    }
    await pause(position.retryMs, options.signal);
  }
}

interface Stream {
  readonly response: Response;
  readonly silence: Silence;
}

/** Resolves once the stream has begun, within the limits of a call. */
function connect(caller: Caller, captureId: string, options: CallOptions, { lastEventId }: Position): Promise<Stream> {
  const { signal } = options;
  const headers = { accept: 'text/event-stream', ...(lastEventId ? { 'last-event-id': lastEventId } : {}) };
  const call = { method: 'GET', path: `${pathOf(captureId)}/events`, headers } as const;
  const limits = caller.limitsOf(options);
  const attempt = async (remainingMs: number): Promise<Stream> => {
    signal?.throwIfAborted();
    const silence = startSilence(Math.min(limits.timeoutMs, remainingMs));
    try {
      const both = AbortSignal.any([silence.signal, ...(signal ? [signal] : [])]);
      const response = await open(caller.service, call, both);
      if (!response.ok) throw toProblemError(response, await readText(response));
      silence.within(silenceMsMax);
      return { response, silence };
    } catch (error) {
      silence.end();
      throw toCallError(error, silence.signal, signal);
    }
  };
  return withRetries(attempt, { ...limits, signal });
}

async function* messagesOf(
  response: Response,
  position: Position,
  heard: () => void,
): AsyncGenerator<EventSourceMessage, void, undefined> {
  const messages: EventSourceMessage[] = [];
  const parser = createParser({
    onEvent: (message) => void messages.push(message),
    onRetry: (ms) => void (position.retryMs = Math.min(ms, silenceMsMax)),
    maxBufferSize: messageCharsMax,
  });
  const decoder = new TextDecoder();
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    heard();
    parser.feed(decoder.decode(chunk, { stream: true }));
    yield* messages.splice(0);
  }
}

/** A signal that fires when nothing was heard within the time given last. */
interface Silence {
  readonly signal: AbortSignal;
  within(ms: number): void;
  end(): void;
}

function startSilence(ms: number): Silence {
  const silence = new AbortController();
  const abort = (): void => silence.abort();
  let timer = setTimeout(abort, ms);
  return {
    signal: silence.signal,
    within(nextMs) {
      clearTimeout(timer);
      timer = setTimeout(abort, nextMs);
    },
    end: () => clearTimeout(timer),
  };
}

async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  await sleep(ms, undefined, signal ? { signal } : {}).catch(() => undefined);
  signal?.throwIfAborted();
}
