import type { ReplayJob } from '@identity-events/shared/contracts/replay-job';
import type { CaptureFilter, CaptureIndex } from '@identity-events/shared/store/capture-index';
import type { CaptureRecord } from '@identity-events/shared/store/capture-record';
import type { Captures } from '@identity-events/shared/store/captures';
import { readBehind } from '@identity-events/shared/store/read-behind';

export interface SelectCapturesDeps {
  readonly index: Pick<CaptureIndex, 'page'>;
  readonly captures: Pick<Captures, 'read' | 'readErased'>;
}

/** A capture of the selection, or why there is none. */
export type Found = CaptureRecord | 'not_found' | 'erased' | 'unreadable';

/** Some of a selection, in order of acceptance. */
export interface Selected {
  readonly found: readonly Found[];
  /** The last capture that was looked at; undefined when there was none. */
  readonly cursor: string | undefined;
  readonly isLast: boolean;
}

/**
 * The next captures of a replay behind the cursor, the oldest first, so that what is published keeps each person's order. Throws
 * `AppError('redis_unavailable')`.
 */
export function selectCaptures(
  deps: SelectCapturesDeps,
  replay: ReplayJob,
  cursor: string | undefined,
  count: number,
): Promise<Selected> {
  const { captureIds } = replay;
  return captureIds ? named(deps, captureIds, cursor, count) : filtered(deps, replay, cursor, count);
}

async function named(
  { captures }: SelectCapturesDeps,
  captureIds: readonly string[],
  cursor: string | undefined,
  count: number,
): Promise<Selected> {
  const left = captureIds.filter((captureId) => cursor === undefined || captureId > cursor);
  const taken = left.slice(0, count);
  const found = await Promise.all(taken.map((captureId) => findNamed(captures, captureId)));
  return { found, cursor: taken.at(-1) ?? cursor, isLast: left.length <= count };
}

async function findNamed(captures: SelectCapturesDeps['captures'], captureId: string): Promise<Found> {
  const record = await readBehind(captures, captureId);
  if (record === 'newer' || record === 'unreadable') return 'unreadable';
  if (record !== 'missing') return record;
  return (await captures.readErased(captureId)) ? 'erased' : 'not_found';
}

const statusOf = {
  'identity.verified': 'verified',
  'identity.captured': 'captured',
  'identity.failed': 'failed',
} as const;

async function filtered(
  { index }: SelectCapturesDeps,
  { tenant, types, createdFrom, createdBefore }: ReplayJob,
  cursor: string | undefined,
  count: number,
): Promise<Selected> {
  const statuses = (types ?? (Object.keys(statusOf) as (keyof typeof statusOf)[])).map((type) => statusOf[type]);
  const filter: CaptureFilter = { tenant, statuses, createdFrom, createdBefore };
  const { captures, next } = await index.page(filter, { after: cursor, order: 'oldest', count });
  return { found: captures, cursor: next ?? captures.at(-1)?.id ?? cursor, isLast: next === undefined };
}
