import { bugFields, type Logger } from './logger.ts';

/** Something acquired at start and released at stop. */
export interface Releases {
  /** Registers a release where its resource is acquired. Releases run newest first, each once. */
  onStop(name: string, release: () => Promise<unknown>): void;
}

/** A stack of releases with one deadline for all of them. */
export interface Lifecycle extends Releases {
  /**
   * Runs every release, newest first, also when one fails. Resolves to true when all ended well within `deadlineMs`,
   * to false otherwise. A second call gets the first one's result.
   */
  stop(deadlineMs: number): Promise<boolean>;
}

export function createLifecycle(logger: Logger): Lifecycle {
  const releases: { name: string; release: () => Promise<unknown> }[] = [];
  let stopping: Promise<boolean> | undefined;

  async function releaseAll(): Promise<boolean> {
    let clean = true;
    for (let next = releases.pop(); next; next = releases.pop()) {
      try {
        await next.release();
      } catch (error) {
        clean = false;
        logger.error('stop.failed', { part: next.name, ...bugFields(error) });
      }
    }
    return clean;
  }

  return {
    onStop: (name, release) => void releases.push({ name, release }),
    stop(deadlineMs) {
      stopping ??= Promise.race([releaseAll(), elapsed(deadlineMs)]);
      return stopping;
    },
  };
}

function elapsed(ms: number): Promise<false> {
  return new Promise((resolve) => setTimeout(() => resolve(false), ms).unref());
}
