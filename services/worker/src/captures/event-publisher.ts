import type { CloudEvent } from '@identity-events/shared/contracts/cloud-event';
import type { Publication } from '@identity-events/shared/store/capture-record';

/** Takes events to their readers. */
export interface EventPublisher {
  /**
   * Resolves once every event is durably accepted, to where each stands, in the same order. Publishing an event twice
   * is harmless. Whatever it throws is taken as "not now".
   */
  publish(events: readonly { topic: string; event: CloudEvent }[]): Promise<Omit<Publication, 'at'>[]>;
}
