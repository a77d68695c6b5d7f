import { setTimeout as delay } from 'node:timers/promises';

const lookEveryMs = 10;

/** Resolves once the condition holds. Throws when that takes longer than allowed. */
export async function waitUntil(holds: () => boolean, withinMs: number, what: string): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`${what} did not come within ${withinMs / 1_000} s`);
    await delay(lookEveryMs);
  }
}
