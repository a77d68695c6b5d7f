import type { Logger } from '@identity-events/shared/runtime/logger';

/** The dead letters, as this feature needs them. */
export interface OldDeadLetters {
  /** Drops those that are older, 1,000 at most; resolves to how many. Throws `AppError('redis_unavailable')`. */
  dropDead(olderThanMs: number): Promise<number>;
}

export interface DropOldDeadLettersDeps {
  readonly jobs: OldDeadLetters;
  readonly logger: Logger;
  /** Longer than any capture may stay open, so that each has its outcome by then; milliseconds. */
  readonly deadLetterAgeMs: number;
}

/** Dead letters that nobody decided on in all their time are gone afterwards, up to 1,000 a round. Throws `AppError('redis_unavailable')`. */
export async function dropOldDeadLetters({ jobs, logger, deadLetterAgeMs }: DropOldDeadLettersDeps): Promise<void> {
  const dropped = await jobs.dropDead(deadLetterAgeMs);
  if (dropped > 0) logger.warn('reconcile.dead_letters_dropped', { dropped });
}
