import type { CaptureKind, CaptureStatus } from '#contracts/capture';
import { type CaptureView, captureListView } from '../open-contracts.ts';
import type { Caller } from './caller.ts';
import type { CallOptions } from './options.ts';

/** Which captures are listed. */
export interface ListFilter {
  readonly status?: CaptureStatus | undefined;
  readonly subject?: string | undefined;
  readonly kind?: CaptureKind | undefined;
  /** Accepted at this time or later. */
  readonly createdAfter?: Date | string | undefined;
  /** Accepted before this time. */
  readonly createdBefore?: Date | string | undefined;
  /** Captures that are fetched at a time. Default: 100, which is the limit. */
  readonly pageSize?: number | undefined;
}

/** Every capture that fits, the latest accepted first. Fetches a page when its captures are asked for, not before. */
export async function* listCaptures(
  caller: Caller,
  { pageSize = 100, ...filter }: ListFilter,
  options: CallOptions,
): AsyncGenerator<CaptureView, void, undefined> {
  let cursor: string | undefined;
  do {
    const members = Object.entries({ ...filter, limit: String(pageSize), cursor });
    const given = members.flatMap(([name, value]) =>
      value === undefined ? [] : [[name, toText(value)] as [string, string]],
    );
    const query = new URLSearchParams(given);
    const page = await caller.call({ method: 'GET', path: '/v1/captures', query }, captureListView, options);
    yield* page.captures;
    cursor = page.nextCursor;
  } while (cursor !== undefined);
}

function toText(value: Date | string): string {
  return value instanceof Date ? value.toISOString() : value;
}
