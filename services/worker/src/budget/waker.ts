import { errorCode } from '@identity-events/shared/runtime/errors';
import type { Logger } from '@identity-events/shared/runtime/logger';
import { pause } from '@identity-events/shared/runtime/pause';
import type { RedisProviderGate } from '@identity-events/shared/store/redis-provider-gate';
import type { ParkedCaptures } from '../captures/parked-captures.ts';

export interface WakerDeps {
  readonly gate: Pick<RedisProviderGate, 'waitingTenants' | 'callNext'>;
  readonly parked: Pick<ParkedCaptures, 'resume'>;
  /** Whether there is a budget for a tenant's calls: nobody is woken without one. */
  readonly serves: (tenant: string) => boolean;
  readonly logger: Logger;
}

export interface Waker {
  stop(): Promise<void>;
}

/** A capture is called this long before its turn: the time it takes from the queue to its call. */
const aheadMs = 100;
const shortestPauseMs = 10;
const longestPauseMs = 250;

/**
 * Wakes waiting captures when their turn comes. Every worker runs one; calling out is atomic, so none is called twice.
 */
export function startWaker(deps: WakerDeps): Waker {
  const stopping = new AbortController();
  const running = run(deps, stopping.signal);
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

async function run(deps: WakerDeps, signal: AbortSignal): Promise<void> {
  const resuming = new Set<Promise<void>>();
  const resume = (captureIds: readonly string[]): void => {
    const one = deps.parked
      .resume(captureIds)
      .catch((error: unknown) => deps.logger.warn('waker.failed', { code: errorCode(error) }))
      .finally(() => resuming.delete(one));
    resuming.add(one);
  };
  while (!signal.aborted) {
    const againMs = await callOut(deps, resume);
    await pause(Math.min(Math.max(againMs, shortestPauseMs), longestPauseMs), signal);
  }
  await Promise.all(resuming);
}

/**
 * Calls out everybody whose turn comes; resolves to when the next one's does. It does not wait until they are back at work:
 * one that takes its time must not hold up the others.
 */
async function callOut(
  { gate, serves, logger }: WakerDeps,
  resume: (captureIds: readonly string[]) => void,
): Promise<number> {
  try {
    const tenants = (await gate.waitingTenants()).filter(serves);
    const again = await Promise.all(
      tenants.map(async (tenant) => {
        const { captureIds, againMs } = await gate.callNext(tenant, aheadMs);
        if (captureIds.length > 0) resume(captureIds);
        return againMs ?? longestPauseMs;
      }),
    );
    return Math.min(longestPauseMs, ...again);
  } catch (error) {
    logger.warn('waker.failed', { code: errorCode(error) });
    return longestPauseMs;
  }
}
