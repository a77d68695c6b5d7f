import type { CaptureFields, ImageName, Lane } from '@identity-events/shared/contracts/capture';
import type { Window } from '@identity-events/shared/contracts/windows';
import { AppError, errorCode } from '@identity-events/shared/runtime/errors';
import type { Logger } from '@identity-events/shared/runtime/logger';
import type { CaptureRecord } from '@identity-events/shared/store/capture-record';
import type { Acceptance, Captures, NewCapture } from '@identity-events/shared/store/captures';
import type { ImageOwner, ImageStore } from '@identity-events/shared/store/image-store';
import { wasRefused } from '@identity-events/shared/store/redis-errors';
import type { Sealer } from '@identity-events/shared/store/seal';
import { sealUserToken } from '@identity-events/shared/store/user-token';
import { fingerprintOf, type SealSubmission } from './seal-submission.ts';

/** A capture that passed every check of the door. */
export interface SubmitCapture {
  readonly tenant: string;
  readonly idempotencyKey: string;
  readonly fields: CaptureFields;
  /** They may be empty afterwards: see {@link SealSubmission}. */
  readonly images: ReadonlyMap<ImageName, Uint8Array>;
  readonly traceparent?: string | undefined;
}

/** Carries captures to the workers. */
export interface CaptureQueue {
  /**
   * Resolves once the capture's job is stored; a second call while that job is kept changes nothing. Throws
   * `AppError('redis_unavailable')`.
   */
  enqueue(captureId: string, lane: Lane): Promise<void>;
}

export interface SubmitCaptureDeps {
  readonly captures: Pick<Captures, 'accept' | 'read'>;
  readonly images: Pick<ImageStore, 'put' | 'remove'>;
  readonly queue: CaptureQueue;
  readonly logger: Logger;
  readonly sealer: Sealer;
  readonly seal: SealSubmission;
  readonly now: () => number;
  /** Ids that sort by the time given, the capture's acceptance (epoch ms). */
  readonly newCaptureId: (createdAt: number) => string;
  readonly newTransactionId: () => string;
  /** What the provider allows a tenant. */
  readonly windowsOf: (tenant: string) => readonly Window[];
  readonly idempotencyWindowMs: number;
  /** Deadline of a tenant's capture that names none, in ms after its acceptance. */
  readonly expiryMsOf: (tenant: string) => number;
}

/**
 * Takes a capture in. Once it resolves, images and record are stored, and the capture will have an outcome.
 *
 * Its job is stored, too, unless Redis failed in between: then the reconciler makes it, about a minute after the outcome
 * could have been expected. What has a record is accepted; a refusal would not be true.
 *
 * The same key and body again, also at the same time, yields the same capture. Throws
 * `AppError('idempotency_key_reused')` for the same key with another body, and retriable errors when a store is away:
 * the caller tries again with the same key.
 */
export async function submitCapture(deps: SubmitCaptureDeps, command: SubmitCapture): Promise<CaptureRecord> {
  const capture = toNewCapture(deps, command);
  const hasImages = command.images.size > 0;
  const fingerprint = hasImages
    ? await storeImages(deps, capture, command)
    : fingerprintOf(command.fields, command.images);

  const acceptance = await accept(deps, capture, { ...command, fingerprint, hasImages });
  const { verdict, captureId } = acceptance;
  if (verdict !== 'accepted' && hasImages) await deps.images.remove(ownerOf(capture));
  if (verdict === 'conflict') {
    throw new AppError('idempotency_key_reused', 'The key was used before with another body.', { retriable: false });
  }
  if (verdict === 'accepted') {
    await queueNowOrLater(deps, captureId, capture.lane);
    const { expectedBy } = acceptance;
    return { ...capture, expectedBy, v: '2', status: 'queued', failedCalls: 0, steps: new Map() };
  }
  return replay(deps, captureId);
}

/** Resolves to the submission's fingerprint once its images are stored. */
async function storeImages(
  deps: SubmitCaptureDeps,
  capture: NewCapture,
  { fields, images }: SubmitCapture,
): Promise<string> {
  const owner = ownerOf(capture);
  // Asked first, so that a Redis that is away does not fill the image store with what nobody refers to.
  await deps.captures.read(capture.id);
  const sealed = await deps.seal({ owner, fields, images });
  await deps.images.put(owner, sealed.images);
  return sealed.fingerprint;
}

interface Claim {
  readonly idempotencyKey: string;
  readonly fingerprint: string;
  readonly hasImages: boolean;
}

/**
 * Stores the record. Images of one that was refused go at once; when it is unknown whether the record exists they stay, and
 * are collected if it does not.
 */
async function accept(
  deps: SubmitCaptureDeps,
  capture: NewCapture,
  { idempotencyKey: key, fingerprint, hasImages }: Claim,
): Promise<Acceptance> {
  const claim = { key, fingerprint, windowMs: deps.idempotencyWindowMs };
  try {
    return await deps.captures.accept(capture, claim, deps.windowsOf(capture.tenant));
  } catch (error) {
    if (wasRefused(error) && hasImages) await deps.images.remove(ownerOf(capture));
    throw error;
  }
}

function ownerOf({ tenant, id }: NewCapture): ImageOwner {
  return { tenant, captureId: id };
}

/** The record stands, so the capture is accepted: a job that Redis can't take now is made by the reconciler. */
async function queueNowOrLater({ queue, logger }: SubmitCaptureDeps, captureId: string, lane: Lane): Promise<void> {
  try {
    await queue.enqueue(captureId, lane);
  } catch (error) {
    if (errorCode(error) !== 'redis_unavailable') throw error;
    logger.warn('capture.queued_later', { captureId });
  }
}

/** Answers a repeated submission. The first one may have died before its job was stored, so the job is made sure of. */
async function replay(deps: SubmitCaptureDeps, captureId: string): Promise<CaptureRecord> {
  const record = await deps.captures.read(captureId);
  if (!record) throw new AppError('capture_gone', 'The capture behind this key has been erased.', { retriable: false });
  if (record.status === 'queued') await queueNowOrLater(deps, captureId, record.lane);
  return record;
}

function toNewCapture(deps: SubmitCaptureDeps, { tenant, fields, traceparent }: SubmitCapture): NewCapture {
  const createdAt = deps.now();
  const id = deps.newCaptureId(createdAt);
  return {
    id,
    tenant,
    subject: fields.subject,
    kind: fields.kind,
    lane: fields.lane,
    createdAt,
    expiresAt: fields.expiresAt ? Date.parse(fields.expiresAt) : createdAt + deps.expiryMsOf(tenant),
    transactionId: fields.kind === 'link' ? fields.transactionId : deps.newTransactionId(),
    userToken: 'userToken' in fields ? sealUserToken(deps.sealer, fields.userToken, { tenant, id }) : undefined,
    traceparent,
  };
}
