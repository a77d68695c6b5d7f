import type { CloudEvent } from '@identity-events/shared/contracts/cloud-event';
import type { Publication } from '@identity-events/shared/store/capture-record';

/** An event with where it goes. */
export interface AddressedEvent {
  readonly topic: string;
  readonly event: CloudEvent;
  /** Headers of the record beside those that the event has by itself. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The trace of this publication, for the record's readers. Default: the event's own. */
  readonly traceparent?: string | undefined;
}

/** Takes events to their readers. */
export interface EventPublisher {
  /**
   * Resolves once every event is durably accepted, to where each stands, in the same order. Publishing an event twice
   * is harmless. Whatever it throws is taken as "not now".
   */
  publish(events: readonly AddressedEvent[]): Promise<Omit<Publication, 'at'>[]>;
}
