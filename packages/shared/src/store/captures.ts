import type { Redis } from 'ioredis';
import type { CaptureKind, Lane } from '../contracts/capture.ts';
import type { IdentityEvent } from '../contracts/identity-event.ts';
import { type CaptureRecord, parseCaptureRecord } from './capture-record.ts';
import { keys } from './keys.ts';
import { whileRedisIsUp } from './redis-errors.ts';
import { runScript, script } from './run-script.ts';
import { acceptScript, beginScript, checkpointScript, finishScript } from './scripts.ts';

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
  readonly userToken?: string | undefined;
  readonly traceparent?: string | undefined;
}

/** What a client's Idempotency-Key stands for: the same key with another fingerprint is a conflict. */
export interface IdempotencyClaim {
  readonly key: string;
  readonly fingerprint: string;
  readonly windowMs: number;
}

/** How accepting ended. `replayed` and `conflict` name the capture that came first. */
export interface Acceptance {
  readonly verdict: 'accepted' | 'replayed' | 'conflict';
  readonly captureId: string;
}

/** The end of a capture. */
export interface Ending {
  readonly captureId: string;
  readonly event: IdentityEvent;
  readonly decidedAt: number;
  /** How long the record stays readable. */
  readonly retentionMs: number;
}

/** Capture records and the atomic steps that move them. Every method throws `AppError('redis_unavailable')` when Redis is away. */
export interface Captures {
  /** Stores the capture unless its key was used before; atomically, whatever number of callers race. */
  accept(capture: NewCapture, claim: IdempotencyClaim): Promise<Acceptance>;
  /** Null when there is no such capture. Throws `AppError('record_invalid')`. */
  read(captureId: string): Promise<CaptureRecord | null>;
  /** Like {@link Captures.read}, and a queued capture is `processing` from then on. */
  begin(captureId: string): Promise<CaptureRecord | null>;
  /** Writes fields of a capture under way. False when it is not under way any more: nothing was written. */
  checkpoint(captureId: string, fields: Readonly<Record<string, string | number>>): Promise<boolean>;
  /** Ends the capture and puts its event into the outbox, in one step. False when it had ended before. */
  finish(ending: Ending): Promise<boolean>;
}

const scripts = {
  accept: script(acceptScript),
  begin: script(beginScript),
  checkpoint: script(checkpointScript),
  finish: script(finishScript),
};

export function createCaptures(redis: Redis): Captures {
  return {
    async accept(capture, claim) {
      const reply = await runScript(
        redis,
        scripts.accept,
        [keys.idempotency(capture.tenant, claim.key), keys.capture(capture.id)],
        [claim.fingerprint, capture.id, claim.windowMs, ...toFields(capture)],
      );
      const [verdict, captureId] = reply as [Acceptance['verdict'], string];
      return { verdict, captureId };
    },
    async read(captureId) {
      return parseCaptureRecord(await whileRedisIsUp(() => redis.hgetall(keys.capture(captureId))));
    },
    async begin(captureId) {
      const flat = (await runScript(redis, scripts.begin, [keys.capture(captureId)], [])) as string[];
      return parseCaptureRecord(fromPairs(flat));
    },
    async checkpoint(captureId, fields) {
      const pairs = Object.entries(fields).flat();
      return (await runScript(redis, scripts.checkpoint, [keys.capture(captureId)], pairs)) === 1;
    },
    async finish({ captureId, event, decidedAt, retentionMs }) {
      const reply = await runScript(
        redis,
        scripts.finish,
        [keys.capture(captureId), keys.outbox],
        [
          event.data.outcome,
          decidedAt,
          JSON.stringify(event.data),
          JSON.stringify(event),
          event.type,
          captureId,
          retentionMs,
        ],
      );
      return reply === 1;
    },
  };
}

function toFields(capture: NewCapture): (string | number)[] {
  const given = Object.entries({ v: 1, status: 'queued', ...capture });
  return given.flatMap(([name, value]) => (value === undefined ? [] : [name, value]));
}

function fromPairs(flat: readonly string[]): Record<string, string> {
  const hash: Record<string, string> = {};
  for (let i = 0; i + 1 < flat.length; i += 2) hash[flat[i] as string] = flat[i + 1] as string;
  return hash;
}
