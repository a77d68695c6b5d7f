import { type CaptureJob, captureJob } from '@identity-events/shared/contracts/capture-job';
import { toFailedReason } from '@identity-events/shared/contracts/dead-letter-cause';
import { AppError } from '@identity-events/shared/runtime/errors';
import { bugFields, type Logger } from '@identity-events/shared/runtime/logger';
import { DelayedError, type Job, UnrecoverableError } from 'bullmq';
import type { Attempt } from '../captures/process-capture.ts';

export interface CaptureJobDeps {
  /** The use case: carries one capture as far as it goes. */
  readonly process: (captureId: string, signal: AbortSignal) => Promise<Attempt>;
  /** Runs an attempt, and the line about it, in the trace of its capture. Default: in none. */
  readonly inTrace?: (captureId: string, run: () => Promise<Attempt>) => Promise<Attempt>;
  readonly logger: Logger;
  readonly now: () => number;
  /** Crashes of workers with the same job after which it counts as their cause. */
  readonly stallsMax: number;
  /** Wait after a fault of our own surroundings (Redis, image store). */
  readonly infrastructureWaitMs: number;
}

/**
 * Runs one BullMQ job.
 *
 * Waiting is done in BullMQ's delayed set, whatever the cause: it takes no worker slot and burns no attempt. What is
 * thrown as anything but `DelayedError` lands in the failed set, the dead letters: jobs that can't be read, jobs whose
 * workers crash again and again, and bugs.
 */
export function captureJobProcessor(deps: CaptureJobDeps) {
  const oneSuspect = oneAtATime();
  return async (job: Job, token: string | undefined, signal: AbortSignal | undefined): Promise<string> => {
    const startedAt = performance.now();
    const { captureId, nonce } = await readJob(job);
    if (job.stalledCounter > deps.stallsMax) {
      throw dead('poison', `its worker died ${job.stalledCounter} times`);
    }
    const suspect = job.stalledCounter >= Math.min(suspectFrom, deps.stallsMax);
    const run = (): Promise<Attempt> => attemptOnce(deps, captureId, signal ?? new AbortController().signal);
    const putOff: Attempt = { result: 'later', at: deps.now() + suspectWaitMs, cause: 'another_suspect' };
    const { inTrace = inNone } = deps;
    const attempt = await inTrace(captureId, async () => {
      const became = suspect ? await oneSuspect(run, putOff) : await run();
      const durationMs = Math.round(performance.now() - startedAt);
      deps.logger.info('capture.processed', { captureId, nonce, durationMs, starts: job.attemptsStarted, ...became });
      return became;
    });
    if (attempt.result !== 'later') return attempt.result;
    await job.moveToDelayed(attempt.at, token);
    throw new DelayedError();
  };
}

const inNone: NonNullable<CaptureJobDeps['inTrace']> = (_captureId, run) => run();

/** A capture of a newer version waits for a newer worker, not for this one to look again. */
const newerWaitMs = 15_000;

/** Deaths from which on a job may be their cause, and how long one waits while another is tried. */
const suspectFrom = 2;
const suspectWaitMs = 1_000;

/**
 * Runs one thing at a time; who comes meanwhile gets the other answer. Jobs that ran beside a poison die with it and are taken up
 * together again: kept apart, the poison dies alone, and the others get done.
 */
function oneAtATime(): <T>(run: () => Promise<T>, otherwise: T) => Promise<T> {
  let running = false;
  return async (run, otherwise) => {
    if (running) return otherwise;
    running = true;
    try {
      return await run();
    } finally {
      running = false;
    }
  };
}

async function readJob(job: Job): Promise<CaptureJob> {
  const parsed = captureJob.safeParse(job.data, { reportInput: false });
  if (parsed.success) return parsed.data;
  // Data that is not even JSON would keep BullMQ from showing the dead letter.
  await job.updateData(job.data);
  throw dead('unreadable', 'the job is not of a known version');
}

async function attemptOnce(deps: CaptureJobDeps, captureId: string, signal: AbortSignal): Promise<Attempt> {
  try {
    return await deps.process(captureId, signal);
  } catch (error) {
    if (error instanceof AppError && error.retriable) {
      const waitMs = error.code === 'record_newer' ? newerWaitMs : deps.infrastructureWaitMs;
      return { result: 'later', at: deps.now() + waitMs, cause: error.code };
    }
    deps.logger.error('capture.bug', { captureId, ...bugFields(error) });
    throw dead(error instanceof AppError ? error.code : 'bug', "see the worker's log");
  }
}

function dead(cause: string, words: string): UnrecoverableError {
  return new UnrecoverableError(toFailedReason(cause, words));
}
