import { errorCode } from '@identity-events/shared/runtime/errors';
import type { Logger } from '@identity-events/shared/runtime/logger';
import type { ParkedCaptures } from '../captures/parked-captures.ts';

export interface ClockWatchDeps {
  readonly parked: Pick<ParkedCaptures, 'resumeAll'>;
  readonly logger: Logger;
  /** The clock that may be set: epoch milliseconds. */
  readonly now: () => number;
  /** A clock that only ever runs forward, in milliseconds. */
  readonly steadyNow: () => number;
  /** Time between two looks. Default 1,000. */
  readonly everyMs?: number;
}

/** Smaller steps back are what time synchronisation does all day. */
const toleranceMs = 1_000;

/**
 * Calls every waiting capture when the clock was set back. Until when a job is delayed stands in the queue as a time of
 * day, so with a clock that was set back by an hour it would wait for that hour, too.
 */
export function startClockWatch({ parked, logger, now, steadyNow, everyMs = 1_000 }: ClockWatchDeps): { stop(): void } {
  let offset = now() - steadyNow();
  const watching = setInterval(() => {
    const setBackMs = offset - (now() - steadyNow());
    offset -= setBackMs;
    if (setBackMs <= toleranceMs) return;
    logger.warn('clock.set_back', { setBackMs: Math.round(setBackMs) });
    parked.resumeAll().catch((error: unknown) => {
      offset += setBackMs;
      logger.warn('clock.resume_failed', { code: errorCode(error) });
    });
  }, everyMs);
  return { stop: () => clearInterval(watching) };
}
