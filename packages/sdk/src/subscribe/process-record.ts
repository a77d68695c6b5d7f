import { setTimeout as sleep } from 'node:timers/promises';
import { HandlerTimeoutError } from '../errors.ts';
import { type Origin, originOf } from './aside-message.ts';
import type { IdentityEvent } from './event-types.ts';
import { headerOf, type KafkaRecord } from './kafka-record.ts';
import type { EventContext, EventHandler, RecordReport } from './options.ts';
import { readEvent } from './read-event.ts';
import { type HandlerResult, runHandler } from './run-handler.ts';
import type { SubscribeSettings } from './settings.ts';
import { traceHandler } from './trace-handler.ts';

/** What becomes of a record's place in its partition. */
export type Verdict =
  /** It is done with; the next one may come. */
  | { readonly kind: 'done' }
  /** It must come again before any other of its partition, after so many ms, or after a while. */
  | { readonly kind: 'hold'; readonly waitMs: number | undefined }
  /** It must come again, here or to another process. */
  | { readonly kind: 'given_back' };

export interface ProcessorDeps {
  readonly settings: SubscribeSettings;
  /** Resolves once the record is stored in the topic. */
  readonly putAside: (topic: string, record: KafkaRecord, aside: AsideReason) => Promise<void>;
  readonly now: () => number;
  /** Aborted when handlers must end now. */
  readonly stopping: AbortSignal;
}

/** Why a record is put aside, and for how long; a dead letter has no delay. */
export interface AsideReason {
  readonly error: unknown;
  readonly attempts: number;
  readonly delayMs?: number | undefined;
}

/** A record on its way. */
interface Passage {
  readonly record: KafkaRecord;
  readonly origin: Origin;
  readonly isLeaving: () => boolean;
}
type Outcome = Pick<RecordReport, 'outcome' | 'error'> & { readonly waitMs?: number | undefined };

const storeTimeoutMs = 5_000;
/** Header of a replay, which brings past events again on purpose. */
const replayHeader = 'replay_id';

/** Takes one record as far as it goes. Never throws, and never lets go of an event that was neither handled nor put aside. */
export function createRecordProcessor(deps: ProcessorDeps) {
  const { settings, now } = deps;
  return async function processRecord(record: KafkaRecord, isLeaving: () => boolean): Promise<Verdict> {
    const origin = originOf(record, settings.groupId);
    if (origin.notBefore > now()) return { kind: 'hold', waitMs: origin.notBefore - now() };
    const begun = now();
    const passage = { record, origin, isLeaving };
    const { waitMs, ...outcome } = await outcomeOf(deps, passage).catch(
      (error: unknown): Outcome => ({ outcome: 'held', error }),
    );
    report(settings.onRecord, { ...outcome, ...aboutOf(passage), durationMs: now() - begun });
    if (outcome.outcome === 'held') return { kind: 'hold', waitMs };
    return { kind: outcome.outcome === 'given_back' ? 'given_back' : 'done' };
  };
}

async function outcomeOf(deps: ProcessorDeps, passage: Passage): Promise<Outcome> {
  const { onTombstone, onUnreadable } = deps.settings;
  const read = readEvent(passage.record);
  if (read.kind === 'unknown_type') return { outcome: 'unknown_type' };
  if (read.kind === 'unreadable') {
    const { error } = read;
    if (!onUnreadable) return putAside(deps, passage, { error, isLast: true });
    return settle(deps, passage, 'unreadable', await run(deps, passage, (context) => onUnreadable(error, context)));
  }
  if (read.kind === 'event') return handleOnce(deps, passage, read.event);
  if (!onTombstone) return { outcome: 'tombstone' };
  const key = passage.record.key?.toString();
  return settle(deps, passage, 'tombstone', await run(deps, passage, (context) => onTombstone(key, context)));
}

async function handleOnce(deps: ProcessorDeps, passage: Passage, event: IdentityEvent): Promise<Outcome> {
  const { seen, handlers } = deps.settings;
  const handler = handlers[event.type] as EventHandler<IdentityEvent['type']> | undefined;
  if (!handler) return { outcome: 'unknown_type' };
  const replayId = headerOf(passage.record, replayHeader);
  // A replay is meant to be handled again, once.
  const eventKey = [event.source, event.id, replayId].filter((part) => part !== undefined).join(' ');
  if (await inTime(seen.has(eventKey))) return { outcome: 'duplicate' };
  const result = await run(deps, passage, ({ traceparent = event.traceparent, ...context }) =>
    traceHandler({ ...context, traceparent }, (inSpan) => handler(event, inSpan)),
  );
  if (result.kind === 'done') await inTime(seen.add(eventKey));
  return settle(deps, passage, 'handled', result);
}

function run(
  { settings, stopping }: ProcessorDeps,
  { record, origin, isLeaving }: Passage,
  handler: (context: EventContext) => Promise<void> | void,
): Promise<HandlerResult> {
  const { topic, partition, offset, attempts } = origin;
  const context = {
    ...{ topic, partition, offset },
    replayId: headerOf(record, replayHeader),
    traceparent: headerOf(record, 'traceparent'),
    tracestate: headerOf(record, 'tracestate'),
  };
  return runHandler((attempt, signal) => handler({ ...context, attempt: attempts + attempt, signal }), {
    ...settings,
    stopping,
    isLeaving,
  });
}

async function settle(
  deps: ProcessorDeps,
  passage: Passage,
  success: 'handled' | 'tombstone' | 'unreadable',
  result: HandlerResult,
): Promise<Outcome> {
  if (result.kind === 'done') return { outcome: success };
  if (result.kind === 'given_back') return { outcome: 'given_back' };
  if (result.kind === 'unavailable') return { outcome: 'held', error: result.error, waitMs: result.retryAfterMs };
  return putAside(deps, passage, { error: result.error, isLast: false });
}

/** To the next retry topic, or among the dead letters; where there is neither, the record is held. */
async function putAside(
  { settings, putAside: put }: ProcessorDeps,
  { record, origin }: Passage,
  { error, isLast }: { readonly error: unknown; readonly isLast: boolean },
): Promise<Outcome> {
  const retry = isLast ? undefined : settings.retryTopics[origin.retries];
  const topic = retry?.topic ?? settings.deadLetterTopic;
  if (topic === undefined) return { outcome: 'held', error };
  const attempts = origin.attempts + (isLast ? 0 : settings.attempts);
  await put(topic, record, { error, attempts, delayMs: retry?.delayMs });
  return { outcome: retry ? 'retry_topic' : 'dead_letter', error };
}

function aboutOf({ record, origin }: Passage) {
  const { topic, partition, offset } = origin;
  const eventId = headerOf(record, 'ce_id');
  const type = headerOf(record, 'ce_type');
  return { topic, partition, offset, ...(eventId ? { eventId } : {}), ...(type ? { type } : {}) };
}

function report(onRecord: SubscribeSettings['onRecord'], about: RecordReport): void {
  try {
    onRecord?.(about);
  } catch {
    // The record is done with, whatever its observer thinks of it.
  }
}

/** A store that does not answer must not hold the partition for ever without a word. */
async function inTime<T>(answer: Promise<T>): Promise<T> {
  const giveUp = new AbortController();
  const late = sleep(storeTimeoutMs, undefined, { signal: giveUp.signal }).then(() => {
    throw new HandlerTimeoutError(`the store of seen events did not answer within ${storeTimeoutMs} ms`);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    giveUp.abort();
    late.catch(() => undefined);
  }
}
