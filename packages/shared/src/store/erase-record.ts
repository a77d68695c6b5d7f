import { failedBy } from '../contracts/decision.ts';
import { toRedactedEvent } from '../contracts/redacted-event.ts';
import { type DecidedCapture, toIdentityEvent } from '../contracts/to-identity-event.ts';
import type { CaptureRecord } from './capture-record.ts';
import type { Captures } from './captures.ts';

/** How long it stays known that there was a capture: as long as the longest window of an Idempotency-Key. */
export const remainsMs = 7 * 86_400_000;

/**
 * Erases a capture's record: an open capture fails as `capture_cancelled`, every one is redacted, both events are in the
 * outbox. False when it had been erased before. Images and job are for the caller to remove. Throws
 * `AppError('redis_unavailable')`.
 */
export function eraseRecord(
  captures: Pick<Captures, 'erase'>,
  capture: DecidedCapture & Pick<CaptureRecord, 'idempotency'>,
  erasedAt: number,
): Promise<boolean> {
  const cancelled = toIdentityEvent(capture, failedBy('capture_cancelled'), erasedAt);
  return captures.erase({
    capture,
    cancelled,
    redacted: toRedactedEvent(capture, erasedAt),
    erasedAt,
    remainsMs,
  });
}
