import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type IdentityEventOf, subscribeToIdentityEvents } from '@identity-events/sdk/subscribe';
import { Kafka, logLevel } from 'kafkajs';

type Outcome = 'identity.verified' | 'identity.captured' | 'identity.failed';

/** A service of another team, on the SDK, that lives through the misfortune too. */
export interface SdkSubscriber {
  /** Waits until every capture was handled, at most so long; resolves to what is odd. */
  faults(captureIds: readonly string[], deadlineMs: number): Promise<string[]>;
  stop(): Promise<void>;
}

/** Subscribes to all outcomes. */
export async function startSdkSubscriber(brokers: string): Promise<SdkSubscriber> {
  const handled = new Map<string, number>();
  const count = ({ data: { captureId } }: IdentityEventOf<Outcome>): void =>
    void handled.set(captureId, (handled.get(captureId) ?? 0) + 1);
  const subscription = await subscribeToIdentityEvents({
    kafka: new Kafka({ clientId: 'chaos-sdk', brokers: brokers.split(','), logLevel: logLevel.NOTHING }),
    groupId: `chaos-sdk-${randomUUID()}`,
    handlers: { 'identity.verified': count, 'identity.captured': count, 'identity.failed': count },
    // A broker that comes back waits for the members that it knew, for as long as their session.
    sessionTimeoutMs: 6_000,
    rebalanceTimeoutMs: 6_000,
    maxWaitMs: 50,
  });
  return {
    async faults(captureIds, deadlineMs) {
      const deadline = Date.now() + deadlineMs;
      const missing = (): string[] => captureIds.filter((id) => !handled.has(id));
      while (missing().length > 0 && Date.now() < deadline) await delay(100);
      const again = captureIds.filter((id) => (handled.get(id) ?? 0) > 1);
      return [
        ...(missing().length > 0 ? [`the SDK's subscriber did not hear of ${missing().length} captures`] : []),
        ...(again.length > 0 ? [`the SDK's subscriber handled ${again.length} captures more than once`] : []),
      ];
    },
    stop: () => subscription.stop(),
  };
}
