import { setTimeout as sleep } from 'node:timers/promises';

/** Something with a connection. */
interface Connected {
  disconnect(): Promise<void>;
}

export interface KeepOpenDeps {
  readonly open: (onCrash: (error: Error) => void) => Promise<Connected>;
  readonly onError: (error: unknown) => void;
  readonly stopping: AbortSignal;
}

const firstWaitMs = 500;
const waitMsMax = 30_000;

/**
 * Opens it, and again whenever it has crashed for good, after longer and longer waits. Rejects when the first opening fails;
 * later ones are only reported. `close` resolves once nothing is open.
 */
export async function keepOpen({ open, onError, stopping }: KeepOpenDeps): Promise<{ close(): Promise<void> }> {
  let reopening: Promise<void> = Promise.resolve();
  const onCrash = (error: Error): void => {
    report(error);
    if (!stopping.aborted) reopening = reopen();
  };
  const report = (error: unknown): void => {
    try {
      onError(error);
    } catch {
      // Told is told.
    }
  };

  async function reopen(): Promise<void> {
    for (let waitMs = firstWaitMs; !stopping.aborted; waitMs = Math.min(waitMsMax, waitMs * 2)) {
      await sleep(waitMs, undefined, { signal: stopping }).catch(() => undefined);
      if (stopping.aborted) return;
      try {
        current = await open(onCrash);
        return;
      } catch (error) {
        report(error);
      }
    }
  }

  let current = await open(onCrash);
  return {
    async close() {
      await reopening;
      await current.disconnect();
    },
  };
}
