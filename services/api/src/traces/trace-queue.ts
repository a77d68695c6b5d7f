import { inSpan } from '@identity-events/shared/runtime/spans';
import type { CaptureQueue } from '../captures/submit-capture.ts';

/** The same, with a span around each job that is put into the queue. */
export function traceQueue<Q extends CaptureQueue>(queue: Q): Q {
  return {
    ...queue,
    enqueue: (captureId, lane) =>
      inSpan(
        'queue capture',
        { role: 'producer', attributes: { 'identity_events.capture.id': captureId, 'identity_events.lane': lane } },
        () => queue.enqueue(captureId, lane),
      ),
  };
}
