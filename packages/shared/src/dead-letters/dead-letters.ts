import type { Job } from 'bullmq';
import type { Redis } from 'ioredis';
import { pause } from '../runtime/pause.ts';
import type { Captures } from '../store/captures.ts';
import type { EndCaptureDeps } from '../store/end-capture.ts';
import { readBehind } from '../store/read-behind.ts';
import { type Abandoned, type AbandonOptions, abandonDeadLetter } from './abandon-dead-letter.ts';
import { openFailedSet } from './dead-jobs.ts';
import { type DeadLetter, toDeadLetter } from './dead-letter.ts';
import { type RedriveDeps, type Redriven, type RedriveOptions, redriveDeadLetter } from './redrive-dead-letter.ts';
import {
  type DeadLetterFilter,
  type DeadLetterPage,
  type DeadLetterSelection,
  readPage,
  selectIds,
} from './select-dead-letters.ts';

export interface DeadLettersDeps extends EndCaptureDeps, Omit<RedriveDeps, 'jobs'> {
  readonly redis: Redis;
  readonly captures: Pick<Captures, 'read' | 'salvage' | 'readOwner' | 'finish' | 'forget' | 'noteRedrive'>;
  /** Whose captures there may be. */
  readonly tenants: () => readonly string[];
}

/** How fast, and until when. */
export interface Pace {
  /** Letters a second, 1 to 100; of this call, not of all callers together. Calls to the provider keep its budget anyway. */
  readonly perSecond: number;
  /** Ends it after the letter under way. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * The dead-letter queue: captures whose job a fault of the pipeline ended, for operators to look at and to decide on.
 *
 * They wait here until their deadline, when they fail as `capture_expired` like every other; the letter itself stays,
 * for the fault is still there. Every method throws `AppError('redis_unavailable')` when Redis is away.
 */
export interface DeadLetters {
  count(): Promise<number>;
  /** Letters that pass the filter, oldest first, from place `from` on: up to `count`, 1 to 100. */
  list(filter: DeadLetterFilter, page: { readonly from: number; readonly count: number }): Promise<DeadLetterPage>;
  /** Null when the capture's job is no dead letter. */
  show(captureId: string): Promise<DeadLetter | null>;
  /** Gives each letter a new attempt, one after the other, and tells of each; see {@link redriveDeadLetter}. */
  redrive(selection: DeadLetterSelection, options: RedriveOptions & Pace): AsyncGenerator<Redriven>;
  /** Gives each letter up, one after the other, and tells of each; see {@link abandonDeadLetter}. */
  abandon(selection: DeadLetterSelection, options: AbandonOptions & Pace): AsyncGenerator<Abandoned>;
  close(): Promise<void>;
}

const pageMax = 100;

export function createDeadLetters(deps: DeadLettersDeps): DeadLetters {
  const jobs = openFailedSet(deps.redis);
  const letterOf = async (job: Job): Promise<DeadLetter> => {
    const captureId = job.id ?? '';
    const record = await readBehind(deps.captures, captureId);
    const damaged = record === 'newer' || record === 'unreadable';
    return toDeadLetter(job, record, damaged ? await deps.captures.readOwner(captureId, deps.tenants()) : null);
  };
  const readFailed = async (from: number, count: number): Promise<DeadLetter[]> =>
    Promise.all((await jobs.read(from, count)).map(letterOf));

  return {
    count: jobs.count,
    list: (filter, { from, count }) =>
      readPage(readFailed, filter, { from: Math.max(from, 0), count: Math.min(Math.max(count, 1), pageMax) }),
    async show(captureId) {
      const job = await jobs.find(captureId);
      return job && letterOf(job);
    },
    async *redrive(selection, options) {
      for await (const captureId of paced(await selectIds(readFailed, selection), options)) {
        yield await redriveDeadLetter({ ...deps, jobs }, captureId, options);
      }
    },
    async *abandon(selection, options) {
      for await (const captureId of paced(await selectIds(readFailed, selection), options)) {
        yield await abandonDeadLetter({ ...deps, jobs }, captureId, options);
      }
    },
    close: jobs.close,
  };
}

/** Hands out ids no faster than asked, and no more once told to stop. */
async function* paced(ids: readonly string[], { perSecond, signal }: Pace): AsyncGenerator<string> {
  const everyMs = 1_000 / Math.min(Math.max(perSecond, 1), 100);
  for (const [i, id] of ids.entries()) {
    if (i > 0) await pause(everyMs, signal);
    if (signal?.aborted) return;
    yield id;
  }
}
