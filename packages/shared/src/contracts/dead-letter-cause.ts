/**
 * Why a job became a dead letter, as workers write it into BullMQ: a stable code, then words that never quote input.
 * `causeOf` reads the code back.
 */
export function toFailedReason(cause: string, words: string): string {
  return `${cause}: ${words}`;
}

/** The cause's code; `stalled` for BullMQ's own limit on crashes, `unknown` for what nobody here wrote. */
export function causeOf(failedReason: string | undefined): string {
  if (failedReason === 'job stalled more than allowable limit') return 'stalled';
  return /^([a-z][a-z0-9_]*): /.exec(failedReason ?? '')?.[1] ?? 'unknown';
}
