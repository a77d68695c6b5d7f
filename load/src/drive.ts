import { setImmediate as breathe, setTimeout as delay } from 'node:timers/promises';

/** Longest run of sends without letting answers in. */
const burstMax = 32;

export interface Drive {
  /** When to send, in seconds from the start, in order. */
  readonly arrivals: Iterable<number>;
  /** Sends one; never rejects. `dueAt` is when it was to be sent, on the clock of `performance.now()`. */
  readonly send: (dueAt: number) => Promise<void>;
  /** What happens to one that is not sent, because so many are under way already. */
  readonly skip: (dueAt: number) => void;
  readonly inFlightMax: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Sends at the given moments, however long answers take: a server that is slow gets the same load as one that is fast, and
 * what waits for it is part of the latency (no coordinated omission). Resolves when the last answer is in.
 */
export async function drive({ arrivals, send, skip, inFlightMax, signal }: Drive): Promise<void> {
  const startedAt = performance.now();
  const underWay = new Set<Promise<void>>();
  let burst = 0;
  for (const seconds of arrivals) {
    const dueAt = startedAt + seconds * 1_000;
    const waitMs = dueAt - performance.now();
    if (waitMs > 0) await delay(waitMs, undefined, { signal }).catch(() => undefined);
    else if ((burst += 1) % burstMax === 0) await breathe();
    if (signal?.aborted) break;
    if (underWay.size >= inFlightMax) {
      skip(dueAt);
      continue;
    }
    const sent = send(dueAt).finally(() => underWay.delete(sent));
    underWay.add(sent);
  }
  await Promise.all(underWay);
}
