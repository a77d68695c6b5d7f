import { randomUUID } from 'node:crypto';
import { batchMax } from '#contracts/capture-batch';
import type { AcceptedView } from '#contracts/capture-view';
import { type ProblemError, UnusableAnswerError } from '../errors.ts';
import { captureBatchView } from '../open-contracts.ts';
import type { Caller } from './caller.ts';
import type { LinkSubmission } from './capture-submission.ts';
import type { CallOptions } from './options.ts';
import { problemErrorOf } from './problem.ts';

/** A link as one of many, with its own key; see `SubmitOptions.idempotencyKey`. */
export type BatchItem = LinkSubmission & { readonly idempotencyKey?: string };

/** What became of one of many. */
export type BatchResult =
  | { readonly ok: true; readonly idempotencyKey: string; readonly capture: AcceptedView }
  | { readonly ok: false; readonly idempotencyKey: string; readonly error: ProblemError };

type KeyedItem = LinkSubmission & { readonly idempotencyKey: string };

/**
 * Submits any number of links, a thousand in one request, one request after the other. Results are in the order of the items; an
 * item that is refused keeps no other out. The whole may be repeated with the same keys.
 */
export async function submitBatch(
  caller: Caller,
  items: readonly BatchItem[],
  options: CallOptions,
): Promise<BatchResult[]> {
  const keyed = items.map((item): KeyedItem => ({ ...item, idempotencyKey: item.idempotencyKey ?? randomUUID() }));
  const results: BatchResult[] = [];
  for (let from = 0; from < keyed.length; from += batchMax) {
    results.push(...(await submitOne(caller, keyed.slice(from, from + batchMax), options)));
  }
  return results;
}

async function submitOne(caller: Caller, items: readonly KeyedItem[], options: CallOptions): Promise<BatchResult[]> {
  const body = JSON.stringify({ captures: items });
  const headers = { 'content-type': 'application/json' };
  const call = { method: 'POST', path: '/v1/captures/batch', headers, body } as const;
  const { results } = await caller.call(call, captureBatchView, options);
  if (results.length !== items.length) throw new UnusableAnswerError('not one result for each capture');
  return results.map((result, index) => {
    const { idempotencyKey = '' } = items[index] ?? {};
    if ('capture' in result) return { ok: true, idempotencyKey, capture: result.capture };
    return { ok: false, idempotencyKey, error: problemErrorOf(result.status, result.problem) };
  });
}
