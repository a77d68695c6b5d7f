import { redactedEventType, toRedactedEvent } from '@identity-events/shared/contracts/redacted-event';
import {
  type ReplayEnd,
  type ReplayJob,
  type ReplayProgress,
  type ReplaySkip,
  replayedOf,
} from '@identity-events/shared/contracts/replay-job';
import { replayLimits } from '@identity-events/shared/contracts/replay-view';
import { AppError } from '@identity-events/shared/runtime/errors';
import { pause } from '@identity-events/shared/runtime/pause';
import type { ReplayMarks } from '@identity-events/shared/store/replay-marks';
import type { EventPublisher } from '../captures/event-publisher.ts';
import { type SelectCapturesDeps, type Selected, selectCaptures } from './select-captures.ts';
import { type Replayed, toReplayed } from './to-replayed.ts';

export interface RunReplayDeps extends SelectCapturesDeps {
  readonly marks: ReplayMarks;
  /** Not the relay's: what it does must not disturb what is published for the first time. */
  readonly publisher: EventPublisher;
  /** Topics beside the events' own to which may be published. */
  readonly topicsAllowed: readonly string[];
  /** Replays of one event after which it gets no more, unless forced: the guard against loops. */
  readonly replaysMax: number;
  readonly now: () => number;
}

/** What is kept of a replay while it runs, so that another worker can go on with it. */
export interface ReplayLog {
  isCancelled(): Promise<boolean>;
  /** Resolves once it is kept. */
  save(progress: ReplayProgress): Promise<void>;
}

/** Header of a replayed record; subscribers handle an event again that carries a new one. */
const replayHeader = 'replay_id';

/** Captures looked at, and events published, at a time. */
const batchMax = 100;

/**
 * Publishes past outcomes again, with their own ids and the replay's in a header, the oldest captures first, no faster than asked.
 *
 * Goes on behind what was saved; a crash repeats one batch at most, under the same ids. `stopped`: the signal fired, and somebody
 * should go on later. Throws `AppError('topic_not_allowed')`, `AppError('too_long')`, and the retriable `AppError('kafka_unavailable')`
 * and `AppError('redis_unavailable')`.
 */
export async function runReplay(
  deps: RunReplayDeps,
  replay: ReplayJob,
  begun: ReplayProgress,
  log: ReplayLog,
  signal: AbortSignal,
): Promise<ReplayEnd | 'stopped'> {
  checkTopic(deps, replay);
  let progress = begun;
  for (;;) {
    if (await log.isCancelled()) return 'cancelled';
    if (signal.aborted) return 'stopped';
    if (progress.limitReached) return 'completed';
    if (deps.now() > replay.createdAt + replayLimits.runMsMax) throw failure('too_long', 'It took more than a day.');
    const startedAt = deps.now();
    const room = Math.min(batchMax, replay.limit - replayedOf(progress), replay.dryRun ? batchMax : replay.perSecond);
    const selected = await selectCaptures(deps, replay, progress.cursor, room);
    const { events, skipped } = await sortOut(deps, replay, selected);
    if (!replay.dryRun) await publish(deps, replay, events);
    progress = advance(replay, progress, { selected, events, skipped });
    await log.save(progress);
    if (selected.isLast) return 'completed';
    const dueAt = startedAt + (replay.dryRun ? 0 : (events.length / replay.perSecond) * 1_000);
    await pause(Math.max(0, dueAt - deps.now()), signal);
  }
}

function checkTopic({ topicsAllowed }: RunReplayDeps, { topic }: ReplayJob): void {
  if (topic === undefined || topicsAllowed.includes(topic)) return;
  throw failure('topic_not_allowed', 'The topic is not on the list of those allowed.');
}

function failure(code: string, message: string): AppError {
  return new AppError(code, message, { retriable: false });
}

interface Batch {
  readonly events: readonly Replayed[];
  readonly skipped: readonly ReplaySkip[];
}

/** What of the selection is published, and each of those counted in its record first. */
async function sortOut(deps: RunReplayDeps, replay: ReplayJob, { found }: Selected): Promise<Batch> {
  const sorted = found.map((each) => toReplayed(each, replay)).filter((each) => each !== null);
  const candidates = sorted.filter((each) => typeof each !== 'string');
  const skipped = sorted.filter((each) => typeof each === 'string');
  const given = await mark(deps, replay, candidates);
  return {
    events: candidates.filter((_, i) => given[i] === 'marked'),
    skipped: [...skipped, ...given.flatMap((mark): ReplaySkip[] => markedAs[mark])],
  };
}

/** The marks of a dry run are those that there would be. */
async function mark({ marks, ...deps }: RunReplayDeps, replay: ReplayJob, candidates: readonly Replayed[]) {
  const replaysMax = replay.force ? Number.MAX_SAFE_INTEGER : deps.replaysMax;
  if (replay.dryRun) {
    return candidates.map(({ capture }) => ((capture.replays ?? 0) >= replaysMax ? 'too_often' : 'marked'));
  }
  const captureIds = candidates.map(({ capture }) => capture.id);
  return marks.mark(captureIds, { replayId: replay.replayId, replaysMax });
}

const markedAs = { marked: [], too_often: ['too_often'], gone: ['erased'] } as const satisfies Record<
  string,
  ReplaySkip[]
>;

/** An erasure that came in between must have the last word: its redaction is published again, behind the event that it redacts. */
async function publish(deps: RunReplayDeps, replay: ReplayJob, events: readonly Replayed[]): Promise<void> {
  const headers = { [replayHeader]: replay.replayId };
  await send(
    deps,
    events.map(({ topic, event }) => ({ topic, event, headers })),
  );
  const remains = await Promise.all(events.map(({ capture }) => deps.captures.readErased(capture.id)));
  const redactions = events.flatMap(({ capture }, i) => {
    const erased = remains[i];
    if (!erased) return [];
    return [{ topic: replay.topic ?? redactedEventType, event: toRedactedEvent(capture, erased.erasedAt), headers }];
  });
  await send(deps, redactions);
}

async function send({ publisher }: RunReplayDeps, batch: Parameters<EventPublisher['publish']>[0]): Promise<void> {
  if (batch.length === 0) return;
  try {
    await publisher.publish(batch);
  } catch (cause) {
    throw new AppError('kafka_unavailable', 'Kafka took no events.', { retriable: true, cause });
  }
}

function advance(
  { limit }: ReplayJob,
  { cursor, ...before }: ReplayProgress,
  { selected, events, skipped }: Batch & { readonly selected: Selected },
): ReplayProgress {
  const last = selected.cursor ?? cursor;
  const counted = {
    ...(last === undefined ? {} : { cursor: last }),
    byType: addCounts(
      before.byType,
      events.map(({ type }) => type),
    ),
    skipped: addCounts(before.skipped, skipped),
    limitReached: false,
  };
  return { ...counted, limitReached: !selected.isLast && replayedOf(counted) >= limit };
}

function addCounts<K extends string>(
  before: Readonly<Partial<Record<K, number>>>,
  each: readonly K[],
): Partial<Record<K, number>> {
  const counts: Partial<Record<K, number>> = { ...before };
  for (const key of each) counts[key] = (counts[key] ?? 0) + 1;
  return counts;
}
