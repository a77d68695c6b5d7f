import type { Logger } from '@identity-events/shared/runtime/logger';
import { pause } from '@identity-events/shared/runtime/pause';
import { inTime } from './in-time.ts';
import { createStandstill, type Standstill } from './standstill.ts';

export interface WorkWatchDeps {
  /** Whether a worker with a free hand would find something to do now. Rejects when that can't be told. */
  readonly isWorkDue: () => Promise<boolean>;
  /** Work that is due and does not move for this long stands still. */
  readonly afterMs: number;
  /** The same for one batch on its way to Kafka, whose client has limits of its own well below. */
  readonly publishMaxMs: number;
  readonly logger: Logger;
  readonly steadyNow: () => number;
}

/** Watches whether a worker works: what `/healthz` tells. */
export interface WorkWatch {
  /** Something became of captures, or Redis refused to give them out. */
  moved(): void;
  /** The same function; that it begins and that it ends are moves. */
  whileWorking<A extends unknown[], R>(work: (...args: A) => Promise<R>): (...args: A) => Promise<R>;
  /** The same function, watched for a call that does not end. */
  whilePublishing<A extends unknown[], R>(publish: (...args: A) => Promise<R>): (...args: A) => Promise<R>;
  /** What stands still: nothing, in a worker that is well. */
  standing(): ('captures' | 'events')[];
  stop(): Promise<void>;
}

/** Looks this often within the time after which work stands still. */
const looksMin = 12;

/**
 * Looks regularly whether work is due. Idle, a paused queue, captures that wait for a turn and dependencies that are away are no
 * standstill: a new process would not do better.
 */
export function startWorkWatch(deps: WorkWatchDeps): WorkWatch {
  const { afterMs, publishMaxMs, steadyNow } = deps;
  const captures = createStandstill(afterMs, steadyNow);
  const events = createStandstill(publishMaxMs, steadyNow);
  const standing = (): ReturnType<WorkWatch['standing']> => [
    ...(captures.isStill() ? (['captures'] as const) : []),
    ...(events.isStill() ? (['events'] as const) : []),
  ];
  const stopping = new AbortController();
  const looking = look(deps, captures, standing, stopping.signal);
  return {
    moved: () => captures.moved(),
    whileWorking: (work) => between(work, captures.moved, captures.moved),
    whilePublishing: (publish) =>
      between(
        publish,
        () => events.found(true),
        () => events.found(false),
      ),
    standing,
    async stop() {
      stopping.abort();
      await looking;
    },
  };
}

function between<A extends unknown[], R>(
  run: (...args: A) => Promise<R>,
  before: () => void,
  after: () => void,
): (...args: A) => Promise<R> {
  return async (...args) => {
    before();
    try {
      return await run(...args);
    } finally {
      after();
    }
  };
}

async function look(
  { isWorkDue, afterMs, logger }: WorkWatchDeps,
  captures: Standstill,
  standing: () => readonly string[],
  signal: AbortSignal,
): Promise<void> {
  let told = '';
  while (!signal.aborted) {
    captures.found((await inTime(isWorkDue, afterMs / looksMin)) ?? false);
    const now = standing().join(' ');
    if (now !== told) logger[now ? 'error' : 'info']('worker.standstill', { standing: now || 'nothing' });
    told = now;
    await pause(afterMs / looksMin, signal);
  }
}
