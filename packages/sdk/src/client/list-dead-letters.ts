import type { CaptureKind } from '#contracts/capture';
import { type DeadLetterView, deadLetterLimits, deadLetterListView } from '#contracts/dead-letter-view';
import type { Caller } from './caller.ts';
import type { CallOptions } from './options.ts';

/** Which dead letters are listed. */
export interface DeadLetterFilter {
  /** Stable code, such as `bug` or `image_missing`. */
  readonly cause?: string | undefined;
  readonly kind?: CaptureKind | undefined;
  /** Died after this time. */
  readonly failedAfter?: Date | string | undefined;
  /** Died before this time. */
  readonly failedBefore?: Date | string | undefined;
}

/** Every dead letter that fits, the oldest first. Fetches a page when its letters are asked for, not before. */
export async function* listDeadLetters(
  caller: Caller,
  filter: DeadLetterFilter,
  options: CallOptions,
): AsyncGenerator<DeadLetterView, void, undefined> {
  let cursor: string | undefined;
  do {
    const members = Object.entries({ ...filter, limit: String(deadLetterLimits.pageMax), cursor });
    const query = new URLSearchParams();
    for (const [name, value] of members) {
      if (value !== undefined) query.set(name, value instanceof Date ? value.toISOString() : value);
    }
    const page = await caller.call({ method: 'GET', path: '/v1/ops/dead-letters', query }, deadLetterListView, options);
    yield* page.deadLetters;
    cursor = page.nextCursor;
  } while (cursor !== undefined);
}
