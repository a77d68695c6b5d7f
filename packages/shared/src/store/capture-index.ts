import type { Redis } from 'ioredis';
import { type CaptureKind, type CaptureStatus, captureKinds, captureStatuses } from '../contracts/capture.ts';
import type { CaptureRecord } from './capture-record.ts';
import type { Captures } from './captures.ts';
import { keys } from './keys.ts';
import { readBehind } from './read-behind.ts';
import { whileRedisIsUp } from './redis-errors.ts';

/** Which of a tenant's captures; what is left out is not asked for. */
export interface CaptureFilter {
  readonly tenant: string;
  readonly subject?: string | undefined;
  readonly statuses?: readonly CaptureStatus[] | undefined;
  readonly kinds?: readonly CaptureKind[] | undefined;
  /** Accepted at this time or later (epoch ms). */
  readonly createdFrom?: number | undefined;
  /** Accepted before this time (epoch ms). */
  readonly createdBefore?: number | undefined;
}

/** Where a page begins and how long it may be. */
export interface PageRequest {
  /** The `next` of the page before; from the first without it. */
  readonly after?: string | undefined;
  /** Which are first: the latest accepted, or the earliest. */
  readonly order?: 'newest' | 'oldest';
  /** Captures wanted; 1 to 1,000. */
  readonly count: number;
}

export interface CapturePage {
  readonly captures: readonly CaptureRecord[];
  /** Where the next page begins: the id of the last capture that was looked at. Absent on the last page. */
  readonly next?: string;
}

/** Finds captures by what they are, without looking through all of them. */
export interface CaptureIndex {
  /**
   * A page of captures, the latest accepted first unless asked otherwise, until their records run out or are erased.
   *
   * Going from page to page yields each capture that is there all the while exactly once, whatever is accepted or ends
   * meanwhile; with a filter by status, those that hold it when their page is read. A page looks at 1,000 captures at most,
   * so that with a subject and another filter it may hold fewer than wanted, or none, though there is a next one. Records
   * that this version can't read are left out. Throws `AppError('redis_unavailable')`.
   */
  page(filter: CaptureFilter, request: PageRequest): Promise<CapturePage>;
  /**
   * Ids of a person's captures, oldest first, up to `count`, and how many there are. Erased ones are among them until they
   * are forgotten, and so may be ones whose records have run out. Throws `AppError('redis_unavailable')`.
   */
  ofSubject(
    tenant: string,
    subject: string,
    count: number,
  ): Promise<{ readonly captureIds: readonly string[]; readonly total: number }>;
  /** Takes a capture whose record is gone out of the index, out of its person's when the subject is known; harmless for others that are not in it. */
  forget(capture: Pick<CaptureRecord, 'id' | 'tenant'> & { readonly subject?: string | undefined }): Promise<void>;
}

const looksMax = 1_000;

export function createCaptureIndex(redis: Redis, captures: Pick<Captures, 'read' | 'readErased'>): CaptureIndex {
  return {
    async page(filter, { after, order = 'newest', count }) {
      const sets = setsOf(filter);
      const found: CaptureRecord[] = [];
      let looks = 0;
      let position = after;
      for (;;) {
        const wanted = Math.min(count - found.length, looksMax - looks);
        const ids = await idsBehind(redis, sets, { ...rangeOf(filter, order, position), order }, wanted + 1);
        const seen = ids.slice(0, wanted);
        const records = await Promise.all(seen.map((captureId) => readBehind(captures, captureId)));
        await dropLost(
          redis,
          sets,
          await goneOf(
            captures,
            seen.filter((_, i) => records[i] === 'missing'),
          ),
        );
        found.push(
          ...records.filter((record) => typeof record !== 'string').filter((record) => matches(record, filter)),
        );
        if (ids.length <= wanted) return { captures: found };
        looks += seen.length;
        position = seen.at(-1);
        if (found.length === count || looks === looksMax) return { captures: found, next: position as string };
      }
    },
    async ofSubject(tenant, subject, count) {
      const set = keys.subjectIndex(tenant, subject);
      const [captureIds, total] = await whileRedisIsUp(() =>
        Promise.all([redis.zrange(set, '0', String(count - 1)), redis.zcard(set)]),
      );
      return { captureIds, total };
    },
    async forget({ id, tenant, subject }) {
      const ofSubject = subject === undefined ? [] : [keys.subjectIndex(tenant, subject)];
      await dropLost(redis, [...setsOf({ tenant }), ...ofSubject], [id]);
    },
  };
}

/** The sets whose union holds what is asked for, and as little else as can be. */
function setsOf({ tenant, subject, statuses, kinds }: CaptureFilter): string[] {
  if (subject !== undefined) return [keys.subjectIndex(tenant, subject)];
  return (statuses ?? captureStatuses).flatMap((status) =>
    (kinds ?? captureKinds).map((kind) => keys.index(tenant, status, kind)),
  );
}

/** The status may have changed since the sets were read; a subject's set holds every kind and status. */
function matches({ status, kind }: CaptureRecord, { statuses, kinds }: CaptureFilter): boolean {
  return (statuses?.includes(status) ?? true) && (kinds?.includes(kind) ?? true);
}

/** Bounds of ids, as Redis writes ranges of equal scores. */
interface IdRange {
  readonly newest: string;
  readonly oldest: string;
}
type Order = NonNullable<PageRequest['order']>;

function rangeOf({ createdFrom, createdBefore }: CaptureFilter, order: Order, after: string | undefined): IdRange {
  const before = createdBefore === undefined ? undefined : firstIdOf(createdBefore);
  const from = createdFrom === undefined ? undefined : firstIdOf(createdFrom);
  const newest = (order === 'newest' ? [after, before] : [before]).filter((bound) => bound !== undefined).sort()[0];
  // Whole ids are longer than where the ids of a millisecond begin, so `after` is never such a beginning.
  const behind = order === 'oldest' && after !== undefined && after >= (from ?? '') ? `(${after}` : undefined;
  return {
    newest: newest === undefined ? '+' : `(${newest}`,
    oldest: behind ?? (from === undefined ? '-' : `[${from}`),
  };
}

/** Where the ids of a millisecond begin: a UUIDv7 starts with its 48 bits (RFC 9562, section 5.7). */
function firstIdOf(epochMs: number): string {
  const ms = Math.min(Math.max(0, Math.ceil(epochMs)), 2 ** 48 - 1);
  return `cap_${ms.toString(16).padStart(12, '0')}`;
}

/** The first ids of the sets together. All sets are read in one transaction, so that a capture that moves is in one of them. */
async function idsBehind(
  redis: Redis,
  sets: readonly string[],
  { newest, oldest, order }: IdRange & { readonly order: Order },
  count: number,
): Promise<string[]> {
  return whileRedisIsUp(async () => {
    const transaction = redis.multi();
    for (const set of sets) {
      if (order === 'newest') transaction.zrange(set, newest, oldest, 'BYLEX', 'REV', 'LIMIT', 0, count);
      else transaction.zrange(set, oldest, newest, 'BYLEX', 'LIMIT', 0, count);
    }
    const replies = (await transaction.exec()) ?? [];
    const ids = replies.flatMap(([error, reply]) => {
      if (error) throw error;
      return reply as string[];
    });
    const sorted = [...new Set(ids)].sort();
    return (order === 'newest' ? sorted.reverse() : sorted).slice(0, count);
  });
}

/** An erased capture stays in its subject's set until whoever erases it is done. */
async function goneOf(captures: Pick<Captures, 'readErased'>, missing: readonly string[]): Promise<string[]> {
  const remains = await Promise.all(missing.map((captureId) => captures.readErased(captureId)));
  return missing.filter((_, i) => remains[i] === null);
}

/** Ids whose records have run out; one that is gone never comes back. */
async function dropLost(redis: Redis, sets: readonly string[], captureIds: readonly string[]): Promise<void> {
  if (captureIds.length === 0) return;
  await whileRedisIsUp(() => Promise.all(sets.map((set) => redis.zrem(set, ...captureIds))));
}
