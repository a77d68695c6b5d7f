import { carriesImages } from '../contracts/capture.ts';
import type { Decision } from '../contracts/decision.ts';
import { type DecidedCapture, toIdentityEvent } from '../contracts/to-identity-event.ts';
import type { CaptureRecord } from './capture-record.ts';
import type { Captures, FinishedStep } from './captures.ts';
import type { ImageStore } from './image-store.ts';

export interface EndCaptureDeps {
  readonly captures: Pick<Captures, 'finish'>;
  readonly images: Pick<ImageStore, 'remove'>;
  readonly now: () => number;
  /** How long the record of a tenant's ended capture stays readable. */
  readonly retentionMsOf: (tenant: string) => number;
  /** How long its images stay; at 0 they go at once, otherwise to whoever collects images that no open capture owns. */
  readonly imageGraceMs: number;
  /** How long the fields of a verified person's card do; by default they go at once. */
  readonly identityRetentionMsOf?: (tenant: string) => number;
}

/**
 * Ends a capture with a decision: `lastStep` is kept, when it is not yet, and the event is in the outbox, then its images, if its kind has any, go unless they have a
 * grace. The one way in which captures end, whoever decides.
 *
 * False when it had ended before: that outcome stands, and the images go all the same. Throws
 * `AppError('redis_unavailable')`.
 */
export async function endCapture(
  deps: EndCaptureDeps,
  capture: DecidedCapture,
  decision: Decision,
  lastStep?: FinishedStep,
): Promise<boolean> {
  const { id: captureId, tenant } = capture;
  const decidedAt = deps.now();
  const event = toIdentityEvent(capture, decision, decidedAt);
  const retentionMs = deps.retentionMsOf(tenant);
  const identityRetentionMs = deps.identityRetentionMsOf?.(tenant);
  const kept = { retentionMs, identityRetentionMs };
  const ended = await deps.captures.finish({ captureId, tenant, event, decidedAt, ...kept, lastStep });
  if (deps.imageGraceMs === 0 && carriesImages(capture.kind)) await deps.images.remove({ tenant, captureId });
  return ended;
}

/** Whether images of a capture that has ended, decided at `decidedAt`, may still be there. */
export function imagesHaveGrace(
  { decidedAt = 0 }: Pick<CaptureRecord, 'decidedAt'>,
  { now, imageGraceMs }: Pick<EndCaptureDeps, 'now' | 'imageGraceMs'>,
): boolean {
  return now() < decidedAt + imageGraceMs;
}
