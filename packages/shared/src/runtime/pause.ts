import { setTimeout as delay } from 'node:timers/promises';

/** Resolves after `ms`, or at once when the signal fires; never rejects. */
export async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal, ref: true }).catch(() => undefined);
}
