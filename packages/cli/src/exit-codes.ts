import { CommanderError } from '@commander-js/extra-typings';
import { IdentityEventsError, ProblemError, StillOpenError } from '@identity-events/sdk/errors';
import type { CaptureStatus } from '#contracts/capture';

/** What the process ends with; `docs/guides/cli.md` has them for readers. */
export const exitCodes = {
  done: 0,
  /** The command worked, and what it tells is bad: a capture failed, letters were refused, the doctor found a fault. */
  bad: 1,
  /** Arguments or settings are missing or wrong; nothing was done. */
  usage: 2,
  /** The service refused, and would again. */
  refused: 3,
  /** The service or Kafka can not be reached, or does not work now. */
  unavailable: 4,
  /** No outcome within the time given. */
  stillOpen: 5,
  /** A fault of this program. */
  bug: 70,
} as const;

/** The exit code that tells of a capture. */
export function outcomeCode(status: CaptureStatus): number {
  return status === 'failed' ? exitCodes.bad : exitCodes.done;
}

/** Arguments or settings can not work; the message says what to do. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Something outside can not be reached. */
export class UnavailableError extends Error {
  override readonly name = 'UnavailableError';
}

/** Ended by a signal, such as Ctrl-C. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
  readonly exitCode: number;

  constructor(signal: string, number: number) {
    super(`ended by ${signal}`);
    this.exitCode = 128 + number;
  }
}

/** Nobody reads the results any more, as behind `| head`: an end like any other. */
export class OutputClosed extends Error {
  override readonly name = 'OutputClosed';
}

/** The exit code that an error stands for. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof Interrupted) return error.exitCode;
  if (isOutputClosed(error)) return exitCodes.done;
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
  if (error instanceof UsageError) return exitCodes.usage;
  if (error instanceof StillOpenError) return exitCodes.stillOpen;
  if (error instanceof ProblemError) return isPassing(error.status) ? exitCodes.unavailable : exitCodes.refused;
  if (error instanceof UnavailableError) return exitCodes.unavailable;
  if (error instanceof IdentityEventsError)
    return error.code.startsWith('image-') ? exitCodes.usage : exitCodes.unavailable;
  return exitCodes.bug;
}

/** True when the reader of the results has gone. */
export function isOutputClosed(error: unknown): boolean {
  return error instanceof OutputClosed || (error instanceof Error && 'code' in error && error.code === 'EPIPE');
}

function isPassing(status: number): boolean {
  return status === 429 || (status >= 500 && status !== 501);
}
