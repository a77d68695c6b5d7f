import { createHash } from 'node:crypto';
import { acceptedAtOf } from '@identity-events/shared/contracts/capture-job';
import type { ReplayJob, ReplayProgress } from '@identity-events/shared/contracts/replay-job';
import { type ReplayRequest, replayLimits, type replayStatuses } from '@identity-events/shared/contracts/replay-view';
import type { CaptureIndex } from '@identity-events/shared/store/capture-index';

/** A replay with how far it is. */
export interface ReplayState {
  readonly job: ReplayJob;
  readonly status: (typeof replayStatuses)[number];
  readonly progress: ReplayProgress;
  /** Epoch ms. */
  readonly endedAt?: number | undefined;
  /** Of a failed one: stable code. */
  readonly why?: string | undefined;
}

/** The jobs of replays, as this feature needs them. Every method throws `AppError('redis_unavailable')`. */
export interface ReplayJobs {
  /** Queues a replay unless one with the same fingerprint has not ended; resolves to the id of that, or of the new one. */
  add(job: ReplayJob, fingerprint: string): Promise<string>;
  read(replayId: string): Promise<ReplayState | null>;
  /** Has a replay end; harmless for one that has. */
  cancel(job: ReplayJob): Promise<void>;
  /** Replays that have not ended. */
  countOpen(): Promise<number>;
}

export interface OwnReplaysDeps {
  readonly jobs: ReplayJobs;
  readonly index: Pick<CaptureIndex, 'ofSubject'>;
  /** Topics beside the events' own to which may be published. */
  readonly topicsAllowed: readonly string[];
  readonly newReplayId: (createdAt: number) => string;
  readonly now: () => number;
}

/** How asking for a replay ended. */
type Started =
  | { readonly result: 'started'; readonly replay: ReplayState }
  /** The same selection is on its way already. */
  | { readonly result: 'running'; readonly replayId: string }
  | { readonly result: 'topic_not_allowed' }
  /** The person has more captures than one replay may name. */
  | { readonly result: 'too_many' }
  | { readonly result: 'overloaded' };

/** Replays as one tenant may see them: others' are none. */
export interface OwnReplays {
  start(tenant: string, asked: ReplayRequest): Promise<Started>;
  show(tenant: string, replayId: string): Promise<ReplayState | null>;
  /** Has it end with the batch under way; one that has ended stays as it is. */
  cancel(tenant: string, replayId: string): Promise<ReplayState | null>;
}

/** Replays of all tenants that wait or run at one time. */
const openMax = 100;

export function createOwnReplays({ jobs, index, topicsAllowed, newReplayId, now }: OwnReplaysDeps): OwnReplays {
  const show = async (tenant: string, replayId: string): Promise<ReplayState | null> => {
    const replay = await jobs.read(replayId);
    return replay?.job.tenant === tenant ? replay : null;
  };
  /** The captures that are named, or those of the person that is; undefined where neither is. */
  const namedBy = async (tenant: string, asked: ReplayRequest): Promise<readonly string[] | 'too_many' | undefined> => {
    const subject = asked.filter?.subject;
    if (subject === undefined) return asked.captureIds;
    const { captureIds, total } = await index.ofSubject(tenant, subject, replayLimits.idsMax);
    return total > captureIds.length ? 'too_many' : captureIds.filter(within(asked));
  };
  return {
    show,
    async start(tenant, asked) {
      if (asked.topic !== undefined && !topicsAllowed.includes(asked.topic)) return { result: 'topic_not_allowed' };
      const captureIds = await namedBy(tenant, asked);
      if (captureIds === 'too_many') return { result: 'too_many' };
      if ((await jobs.countOpen()) >= openMax) return { result: 'overloaded' };
      const createdAt = now();
      const job = toJob(asked, { tenant, captureIds, replayId: newReplayId(createdAt), createdAt });
      const replayId = await jobs.add(job, fingerprintOf(tenant, asked));
      if (replayId !== job.replayId) return { result: 'running', replayId };
      const progress = { byType: {}, skipped: {}, limitReached: false };
      return { result: 'started', replay: { job, status: 'queued', progress } };
    },
    async cancel(tenant, replayId) {
      const replay = await show(tenant, replayId);
      if (!replay || replay.endedAt !== undefined) return replay;
      await jobs.cancel(replay.job);
      return show(tenant, replayId);
    },
  };
}

/** By when a capture was accepted, which its id says. */
function within({ filter }: ReplayRequest): (captureId: string) => boolean {
  const { createdAfter = 0, createdBefore = Number.POSITIVE_INFINITY } = filter ?? {};
  return (captureId) => {
    const acceptedAt = acceptedAtOf(captureId) ?? 0;
    return createdAfter <= acceptedAt && acceptedAt < createdBefore;
  };
}

interface Made {
  readonly tenant: string;
  readonly replayId: string;
  readonly captureIds: readonly string[] | undefined;
  readonly createdAt: number;
}

/** Ids begin with the time of acceptance, so in their order a person's events keep theirs. */
function toJob(asked: ReplayRequest, { captureIds, ...made }: Made): ReplayJob {
  const { topic, limit, perSecond, dryRun, force } = asked;
  const { types, createdAfter: createdFrom, createdBefore } = asked.filter ?? {};
  const selection = captureIds ? { captureIds: [...new Set(captureIds)].sort() } : { createdFrom, createdBefore };
  return { v: 1, ...made, ...selection, types, topic, limit, perSecond, dryRun, force };
}

/** The same for the same selection on the same way, however fast: two of those at once are one too many. */
function fingerprintOf(tenant: string, { captureIds, filter, topic, dryRun }: ReplayRequest): string {
  const { subject, types, createdAfter, createdBefore } = filter ?? {};
  const ids = captureIds && [...new Set(captureIds)].sort();
  const chosen = [ids, subject, types && [...new Set(types)].sort(), createdAfter, createdBefore];
  return createHash('sha256')
    .update(JSON.stringify([tenant, chosen, topic, dryRun]))
    .digest('base64url');
}
