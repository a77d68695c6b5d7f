import type { CloudEvent } from '@identity-events/shared/contracts/cloud-event';
import type { outcomeEventTypes } from '@identity-events/shared/contracts/identity-event';
import type { ReplayJob, ReplaySkip } from '@identity-events/shared/contracts/replay-job';
import { announce } from '@identity-events/shared/contracts/to-identity-event';
import type { CaptureRecord } from '@identity-events/shared/store/capture-record';
import type { Found } from './select-captures.ts';

type OutcomeType = (typeof outcomeEventTypes)[number];

/** An outcome that is to be published again. */
export interface Replayed {
  readonly capture: Pick<CaptureRecord, 'id' | 'tenant' | 'subject' | 'traceparent' | 'replays'>;
  readonly type: OutcomeType;
  readonly topic: string;
  readonly event: CloudEvent;
}

/** What becomes of a capture of the selection: its event again, nothing for a reason, or nothing as it was not asked for. Pure. */
export function toReplayed(found: Found, replay: ReplayJob): Replayed | ReplaySkip | null {
  if (typeof found === 'string') return found;
  const { outcome, published, traceparent } = found;
  if (found.tenant !== replay.tenant) return 'not_found';
  if (!outcome || !published) return 'not_published';
  const event = announce(outcome, traceparent);
  if (replay.types && !replay.types.includes(event.type)) return null;
  // What came after the replay was asked for needs none, and a replay that caught up with the present would not end.
  if (published.at >= replay.createdAt) return 'published_since';
  return { capture: found, type: event.type, topic: replay.topic ?? event.type, event };
}
