import type { Redis } from 'ioredis';
import { type CaptureKind, callsOf, type Lane } from '../contracts/capture.ts';
import type { CloudEvent } from '../contracts/cloud-event.ts';
import type { IdentityEvent } from '../contracts/identity-event.ts';
import { type RedactedEvent, redactedEventType } from '../contracts/redacted-event.ts';
import type { Window } from '../contracts/windows.ts';
import {
  type CaptureRecord,
  type ErasedRecord,
  parseCaptureRecord,
  parseErasedRecord,
  type RecordedStep,
  stepField,
  stepOfField,
} from './capture-record.ts';
import { idempotencyDigest, keys } from './keys.ts';
import { acceptedAtIn, type RecordRemains } from './record-remains.ts';
import { whileRedisIsUp } from './redis-errors.ts';
import { runScript, script } from './run-script.ts';
import { readOwner, salvageRecord } from './salvage-record.ts';
import {
  acceptScript,
  announceAgainScript,
  beginScript,
  checkpointScript,
  eraseScript,
  finishScript,
  forgetScript,
  keepStepScript,
  redriveScript,
} from './scripts.ts';

/** A capture as it enters. */
export interface NewCapture {
  readonly id: string;
  readonly tenant: string;
  readonly subject: string;
  readonly kind: CaptureKind;
  readonly lane: Lane;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly transactionId: string;
  /** Already sealed. */
  readonly userToken?: Buffer | undefined;
  readonly traceparent?: string | undefined;
}

/** What a client's Idempotency-Key stands for: the same key with another fingerprint is a conflict. */
export interface IdempotencyClaim {
  readonly key: string;
  readonly fingerprint: string;
  readonly windowMs: number;
}

/** How accepting ended. `replayed` and `conflict` name the capture that came first. */
export type Acceptance =
  | { readonly verdict: 'accepted'; readonly captureId: string; readonly expectedBy: number }
  | { readonly verdict: 'replayed' | 'conflict'; readonly captureId: string };

/** What a finished provider call brought. */
export interface FinishedStep {
  readonly step: string;
  readonly evidence: RecordedStep;
  /** The sealed fields of the person's card. */
  readonly sealedIdentity?: string | undefined;
}

/** The end of a capture. */
export interface Ending {
  readonly captureId: string;
  readonly tenant: string;
  readonly event: IdentityEvent;
  readonly decidedAt: number;
  /** How long the record stays readable. */
  readonly retentionMs: number;
  /** How long the fields of a verified person's card do; by default they go at once. */
  readonly identityRetentionMs?: number | undefined;
  /** The step that decided, when it is not kept yet: it is, in the same step of Redis. */
  readonly lastStep?: FinishedStep | undefined;
}

/** The end of what is known of a capture. */
export interface Erasure {
  readonly capture: Pick<CaptureRecord, 'id' | 'tenant' | 'idempotency'>;
  /** Its outcome if it has none. */
  readonly cancelled: IdentityEvent;
  readonly redacted: RedactedEvent;
  readonly erasedAt: number;
  /** How long it stays known that there was such a capture. */
  readonly remainsMs: number;
}

/** The end of a record that does not tell whom to inform. */
export interface Forgetting extends Pick<Erasure, 'erasedAt' | 'remainsMs'> {
  readonly tenant?: string | undefined;
}

/** A new attempt for a dead letter. */
export interface Redrive {
  /** Names the attempt; the same death again keeps the first one's. */
  readonly nonce: string;
  /** When the job died (epoch ms): tells one death from the next. */
  readonly failedAt: number;
  readonly at: number;
  /** Attempts of this kind after which a capture gets no more. */
  readonly redrivesMax: number;
}

/** How noting a redrive ended; `nonce` is the one that counts. */
export type RedriveNote =
  | { readonly verdict: 'noted' | 'repeated'; readonly nonce: string }
  | { readonly verdict: 'too_often' | 'ended' | 'missing' };

/** Capture records and the atomic steps that move them. Every method throws `AppError('redis_unavailable')` when Redis is away. */
export interface Captures {
  /**
   * Stores the capture unless its key was used before; atomically, whatever number of callers race. `windows` are the
   * provider's for this tenant: with the calls that open captures of its lane and better ones still need, they tell when the
   * outcome can be expected.
   */
  accept(capture: NewCapture, claim: IdempotencyClaim, windows: readonly Window[]): Promise<Acceptance>;
  /** Null when there is no such capture, or it was erased. Throws `AppError('record_newer')` and `AppError('record_invalid')`. */
  read(captureId: string): Promise<CaptureRecord | null>;
  /**
   * What can still be read of a damaged record, mended from the index of these tenants; null when that is too little to make
   * an event of, or there is none. See {@link salvageRecord}.
   */
  salvage(captureId: string, tenants: readonly string[]): Promise<RecordRemains | null>;
  /** The tenant among these whose capture it is, damaged or not; null when it is of none of them. */
  readOwner(captureId: string, tenants: readonly string[]): Promise<string | null>;
  /** What remains of an erased capture; null when it was not erased, or that was too long ago. */
  readErased(captureId: string): Promise<ErasedRecord | null>;
  /** Like {@link Captures.read}, and a queued capture is `processing` from then on. */
  begin(captureId: string): Promise<CaptureRecord | null>;
  /**
   * Keeps what a finished step brought, the sealed fields of the person's card apart from the record and its evidence. False
   * when the capture is not under way any more: nothing was written.
   */
  keepStep(
    capture: Pick<CaptureRecord, 'id' | 'tenant' | 'expiresAt'>,
    step: string,
    evidence: RecordedStep,
    sealedIdentity?: string,
  ): Promise<boolean>;
  /** The sealed fields of the person's card by step; none when none were kept, and once their time is up. */
  readSealedIdentity(captureId: string): Promise<ReadonlyMap<string, string>>;
  /** Keeps how many calls failed in a way that may pass. False as with {@link Captures.keepStep}. */
  noteFailedCalls(captureId: string, failedCalls: number): Promise<boolean>;
  /** Ends the capture and puts its event into the outbox, in one step. False when it had ended before. */
  finish(ending: Ending): Promise<boolean>;
  /**
   * Forgets the capture but for its id and times, and puts its redaction into the outbox, in one step; an open one ends in the
   * same step. What comes back later for it is refused like for every ended one. False when it had been erased before.
   */
  erase(erasure: Erasure): Promise<boolean>;
  /**
   * Forgets a capture of which too little can be read to make an event: nobody is told. False when it had been erased before. With
   * the tenant it stays known for a while that there was such a capture.
   */
  forget(captureId: string, forgetting: Forgetting): Promise<boolean>;
  /** Notes a redrive in the record of an open capture, once for each death. Moves no job. */
  noteRedrive(captureId: string, redrive: Redrive): Promise<RedriveNote>;
  /**
   * Puts an ended capture's event, or an erased one's, into the outbox again when it was lost on its way: `restored`.
   * `waiting`: it is in the outbox. `nothing_to_do`: it is in Kafka, or the capture has not ended.
   */
  announceAgain(captureId: string, event: CloudEvent): Promise<'restored' | 'waiting' | 'nothing_to_do'>;
}

/** What fields of an open capture's card outlive its deadline by, in ms, should nobody end it. */
const openIdentityMs = 86_400_000;

const scripts = {
  accept: script(acceptScript),
  begin: script(beginScript),
  checkpoint: script(checkpointScript),
  keepStep: script(keepStepScript),
  finish: script(finishScript),
  erase: script(eraseScript),
  forget: script(forgetScript),
  redrive: script(redriveScript),
  announceAgain: script(announceAgainScript),
};

export function createCaptures(redis: Redis): Captures {
  return {
    async accept(capture, claim, windows) {
      const { id, tenant } = capture;
      const idempotency = idempotencyDigest(claim.key);
      const reply = await runScript(
        redis,
        scripts.accept,
        [
          keys.idempotency(tenant, idempotency),
          keys.capture(id),
          keys.backlog(tenant),
          keys.gate(tenant, 'log'),
          keys.watchlist,
          keys.index(tenant, 'queued', capture.kind),
          keys.subjectIndex(tenant, capture.subject),
          keys.userToken(id),
        ],
        toAcceptArgs({ ...capture, idempotency }, claim, windows),
      );
      const [verdict, captureId, expectedBy] = reply as [Acceptance['verdict'], string, number];
      return verdict === 'accepted' ? { verdict, captureId, expectedBy } : { verdict, captureId };
    },
    ...readers(redis),
    async begin(captureId) {
      // In this order: the token of a capture that is not over was there before.
      const [kept, flat] = await Promise.all([
        whileRedisIsUp(() => redis.getBuffer(keys.userToken(captureId))),
        runScript(redis, scripts.begin, [keys.capture(captureId)], []) as Promise<string[]>,
      ]);
      const hash = fromPairs(flat);
      const record = parseCaptureRecord(hash);
      return record && { ...record, userToken: kept ?? userTokenOfV1(hash) };
    },
    async keepStep({ id, tenant, expiresAt }, step, evidence, sealedIdentity) {
      const touched = [keys.capture(id), keys.backlog(tenant), keys.identity(id)];
      const kept = toStepArgs({ step, evidence, sealedIdentity });
      const until = sealedIdentity === undefined ? [] : [expiresAt + openIdentityMs];
      return (await runScript(redis, scripts.keepStep, touched, [...kept, ...until])) === 1;
    },
    async readSealedIdentity(captureId) {
      const sealed = await whileRedisIsUp(() => redis.hgetall(keys.identity(captureId)));
      return new Map(Object.entries(sealed).map(([field, value]) => [stepOfField(field), value]));
    },
    async noteFailedCalls(captureId, failedCalls) {
      const args = ['failedCalls', failedCalls];
      return (await runScript(redis, scripts.checkpoint, [keys.capture(captureId)], args)) === 1;
    },
    async finish(ending) {
      const { lastStep } = ending;
      const args = [...toFinishArgs(ending), ...(lastStep ? toStepArgs(lastStep) : [])];
      return (await runScript(redis, scripts.finish, endKeys(ending), args)) === 1;
    },
    ...erasers(redis),
    async noteRedrive(captureId, { nonce, failedAt, at, redrivesMax }) {
      const args = [nonce, failedAt, at, redrivesMax, captureId];
      const reply = await runScript(redis, scripts.redrive, [keys.capture(captureId), keys.watchlist], args);
      const [verdict, counts] = reply as [RedriveNote['verdict'], string?];
      return verdict === 'noted' || verdict === 'repeated' ? { verdict, nonce: counts ?? nonce } : { verdict };
    },
    async announceAgain(captureId, event) {
      const word = event.type === redactedEventType ? 'redaction' : 'outcome';
      const args = [JSON.stringify(event), event.type, captureId, word];
      const reply = await runScript(redis, scripts.announceAgain, [keys.capture(captureId), keys.outbox], args);
      return reply as 'restored' | 'waiting' | 'nothing_to_do';
    },
  };
}

function erasers(redis: Redis): Pick<Captures, 'erase' | 'forget'> {
  return {
    async erase(erasure) {
      const { tenant, idempotency = '' } = erasure.capture;
      const ending = toCancellation(erasure);
      const touched = [...endKeys(ending), keys.idempotency(tenant, idempotency), keys.outboxAside];
      const args = [...toFinishArgs(ending), ...toEraseArgs(erasure)];
      return (await runScript(redis, scripts.erase, touched, args)) === 1;
    },
    async forget(captureId, { tenant, erasedAt, remainsMs }) {
      const touched = [keys.capture(captureId), keys.identity(captureId), keys.watchlist, keys.userToken(captureId)];
      const args = [captureId, acceptedAtIn(captureId), erasedAt, remainsMs, ...(tenant === undefined ? [] : [tenant])];
      return (await runScript(redis, scripts.forget, touched, args)) === 1;
    },
  };
}

function readers(redis: Redis): Pick<Captures, 'read' | 'salvage' | 'readOwner' | 'readErased'> {
  const hashOf = (captureId: string) => whileRedisIsUp(() => redis.hgetall(keys.capture(captureId)));
  return {
    read: async (captureId) => parseCaptureRecord(await hashOf(captureId)),
    salvage: (captureId, tenants) => salvageRecord(redis, captureId, tenants),
    readOwner: (captureId, tenants) => readOwner(redis, captureId, tenants),
    readErased: async (captureId) => parseErasedRecord(await hashOf(captureId)),
  };
}

function toAcceptArgs(
  capture: NewCapture & { readonly idempotency: string },
  { fingerprint, windowMs }: IdempotencyClaim,
  windows: readonly Window[],
): (string | number | Buffer)[] {
  const { id, kind, lane, createdAt, expiresAt, userToken = '', ...rest } = capture;
  const longestFirst = windows.toSorted((a, b) => b.ms - a.ms);
  const pairs = longestFirst.flatMap(({ calls, ms }) => [calls, ms]);
  const fixed = [fingerprint, id, windowMs, lane, callsOf[kind], createdAt, expiresAt, userToken, windows.length];
  return [...fixed, ...pairs, ...toFields({ id, kind, lane, createdAt, expiresAt, ...rest })];
}

/** What the end of a capture touches, in the order of the scripts. */
function endKeys({ captureId, tenant, event }: Ending): string[] {
  const { kind, subject, outcome } = event.data;
  return [
    keys.capture(captureId),
    keys.outbox,
    keys.backlog(tenant),
    keys.watchlist,
    keys.gate(tenant, 'room'),
    keys.gate(tenant, 'woken'),
    keys.index(tenant, 'queued', kind),
    keys.index(tenant, 'processing', kind),
    keys.index(tenant, outcome, kind),
    keys.subjectIndex(tenant, subject),
    keys.identity(captureId),
    keys.userToken(captureId),
  ];
}

function toFinishArgs({
  captureId,
  event,
  decidedAt,
  retentionMs,
  identityRetentionMs = 0,
}: Ending): (string | number)[] {
  const { data, type } = event;
  const stored = [data.outcome, decidedAt, JSON.stringify(data), JSON.stringify(event), type, captureId];
  return [...stored, retentionMs, identityRetentionMs];
}

function toStepArgs({ step, evidence, sealedIdentity }: FinishedStep): (string | number)[] {
  const kept = [stepField(step), JSON.stringify(evidence), evidence.durationMs];
  return sealedIdentity === undefined ? kept : [...kept, sealedIdentity];
}

function toCancellation({ capture: { id, tenant }, cancelled, erasedAt, remainsMs }: Erasure): Ending {
  return { captureId: id, tenant, event: cancelled, decidedAt: erasedAt, retentionMs: remainsMs };
}

function toEraseArgs({ redacted, erasedAt }: Erasure): (string | number)[] {
  return [erasedAt, JSON.stringify(redacted), redacted.type];
}

function toFields(capture: Omit<NewCapture, 'userToken'> & { readonly idempotency: string }): (string | number)[] {
  const given = Object.entries({ v: 2, status: 'queued', ...capture });
  return given.flatMap(([name, value]) => (value === undefined ? [] : [name, value]));
}

function userTokenOfV1({ userToken }: Readonly<Record<string, string>>): Buffer | undefined {
  return userToken === undefined ? undefined : Buffer.from(userToken, 'base64');
}

function fromPairs(flat: readonly string[]): Record<string, string> {
  const hash: Record<string, string> = {};
  for (let i = 0; i + 1 < flat.length; i += 2) hash[flat[i] as string] = flat[i + 1] as string;
  return hash;
}
