import { setTimeout as sleep } from 'node:timers/promises';
import { isTerminal } from '#contracts/capture';
import { StillOpenError } from '../errors.ts';
import { type CaptureView, captureView } from '../open-contracts.ts';
import { type Caller, parseAnswer, pathOf } from './caller.ts';
import type { WaitOptions } from './options.ts';
import { withRetries } from './retry.ts';
import { send } from './send.ts';

/** Seconds that one request waits at the service. */
const waitSeconds = 30;
const defaultWaitMs = 300_000;
const [firstPauseMs, pauseMsMax] = [250, 5_000];

/**
 * Asks until the capture has its outcome, each time with the service's own wait. Where it answers at once all the same (it stops, or
 * does not know how to wait), the questions grow rarer, up to one in 5 s. Outages are waited for.
 *
 * @throws StillOpenError with the capture when the time is up; what the last try met when nothing could be read at all.
 */
export async function waitForOutcome(
  caller: Caller,
  captureId: string,
  { waitMs = defaultWaitMs, signal, ...options }: WaitOptions,
): Promise<CaptureView> {
  const deadline = performance.now() + waitMs;
  const { timeoutMs } = caller.limitsOf(options);
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMsMax, pauseMs * 2)) {
    const begun = performance.now();
    const seconds = Math.min(waitSeconds, Math.max(1, Math.floor((deadline - begun) / 1_000)));
    const query = new URLSearchParams({ wait: `${seconds}s` });
    const call = { method: 'GET', path: pathOf(captureId), query } as const;
    const answer = await withRetries(() => send(caller.service, call, seconds * 1_000 + timeoutMs, signal), {
      triesMax: Number.POSITIVE_INFINITY,
      deadlineMs: Math.max(1, deadline - begun),
      signal,
    });
    const capture = parseAnswer(answer, captureView);
    if (isTerminal(capture.status)) return capture;
    if (performance.now() >= deadline) throw new StillOpenError(capture);
    const early = performance.now() - begun < seconds * 500;
    if (early) await pause(Math.min(pauseMs, deadline - performance.now()), signal);
    else pauseMs = firstPauseMs / 2;
  }
}

async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  await sleep(Math.max(1, ms), undefined, signal ? { signal } : {}).catch(() => undefined);
  signal?.throwIfAborted();
}
