import type { CaptureKind } from '../contracts/capture.ts';
import type { DeadLetter } from './dead-letter.ts';

/** Which dead letters; every part that is given must hold. Times are epoch ms. */
export interface DeadLetterFilter {
  readonly cause?: string | undefined;
  readonly tenant?: string | undefined;
  /** With a tenant: also letters that name none, for their record is gone, or tells of none. */
  readonly strays?: boolean | undefined;
  readonly kind?: CaptureKind | undefined;
  readonly failedAfter?: number | undefined;
  readonly failedBefore?: number | undefined;
}

/** Which dead letters to act on: these (at most 1,000), or the oldest that pass a filter (at most `limit`, up to 1,000). */
export type DeadLetterSelection =
  | { readonly captureIds: readonly string[] }
  | { readonly filter: DeadLetterFilter; readonly limit: number };

/** A part of the dead letters, oldest first. */
export interface DeadLetterPage {
  readonly letters: readonly DeadLetter[];
  /** Where the next page begins; null after the last one. */
  readonly next: number | null;
}

/** Reads failed jobs in the order of their failures. */
export type ReadFailed = (from: number, count: number) => Promise<readonly DeadLetter[]>;

/** Most letters that one selection acts on, and that one page looks at. */
export const selectionMax = 1_000;
const chunk = 100;

/**
 * The next letters that pass the filter, after looking at 1,000 at most: a page may be short, or empty, and not the last.
 *
 * Pages are places in a row that changes: when letters leave it between two pages, some are not seen.
 */
export async function readPage(
  readFailed: ReadFailed,
  filter: DeadLetterFilter,
  { from, count }: { readonly from: number; readonly count: number },
): Promise<DeadLetterPage> {
  const letters: DeadLetter[] = [];
  for (let at = from; at < from + selectionMax; at += chunk) {
    const seen = await readFailed(at, chunk);
    for (const [i, letter] of seen.entries()) {
      if (passes(letter, filter)) letters.push(letter);
      if (letters.length === count) return { letters, next: at + i + 1 };
    }
    if (seen.length < chunk) return { letters, next: null };
  }
  return { letters, next: from + selectionMax };
}

/** Ids of a selection, each once. Reads all of them before anything is done, for doing things moves the others. */
export async function selectIds(readFailed: ReadFailed, selection: DeadLetterSelection): Promise<string[]> {
  if ('captureIds' in selection) return [...new Set(selection.captureIds)].slice(0, selectionMax);
  const limit = Math.min(selection.limit, selectionMax);
  const ids = new Set<string>();
  for (let from: number | null = 0; from !== null && ids.size < limit; ) {
    const page: DeadLetterPage = await readPage(readFailed, selection.filter, { from, count: limit - ids.size });
    for (const { captureId } of page.letters) ids.add(captureId);
    from = page.next;
  }
  return [...ids];
}

/** A letter without a readable record has no kind. */
function passes({ cause, tenant, failedAt, capture }: DeadLetter, filter: DeadLetterFilter): boolean {
  const kind = typeof capture === 'string' ? undefined : capture.kind;
  return (
    (filter.cause === undefined || filter.cause === cause) &&
    (filter.tenant === undefined || filter.tenant === tenant || (filter.strays === true && tenant === null)) &&
    (filter.kind === undefined || filter.kind === kind) &&
    (filter.failedAfter === undefined || failedAt > filter.failedAfter) &&
    (filter.failedBefore === undefined || failedAt < filter.failedBefore)
  );
}
