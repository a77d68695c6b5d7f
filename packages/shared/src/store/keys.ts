import { createHash } from 'node:crypto';
import { redisPrefix } from '../contracts/capture-job.ts';

/** Names of everything this service keeps in Redis besides BullMQ's own keys. All of them share one hash slot. */
export const keys = {
  /** Hash: the capture record. */
  capture: (captureId: string): string => `${redisPrefix}:capture:${captureId}`,
  /** String: `<fingerprint> <captureId>` behind an Idempotency-Key, which is hashed for it is the client's to choose. */
  idempotency: (tenant: string, key: string): string =>
    `${redisPrefix}:idem:${tenant}:${createHash('sha256').update(key).digest('base64url')}`,
  /** Stream: events decided and not yet in Kafka. */
  outbox: `${redisPrefix}:outbox`,
  /** String with expiry: which worker relays the outbox. */
  outboxLease: `${redisPrefix}:outbox:lease`,
} as const;
