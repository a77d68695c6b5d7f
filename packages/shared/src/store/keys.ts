import { hash } from 'node:crypto';
import type { CaptureKind, CaptureStatus } from '../contracts/capture.ts';
import { redisPrefix } from '../contracts/capture-job.ts';

/** What stands for an Idempotency-Key, which is the client's to choose. */
export function idempotencyDigest(key: string): string {
  return hash('sha256', key, 'base64url');
}

/** Names of everything this service keeps in Redis besides BullMQ's own keys. All of them share one hash slot. */
export const keys = {
  /** Hash: the capture record. */
  capture: (captureId: string): string => `${redisPrefix}:capture:${captureId}`,
  /** String: `<fingerprint> <captureId>` behind the digest of an Idempotency-Key; `- <captureId>` once that is erased. */
  idempotency: (tenant: string, digest: string): string => `${redisPrefix}:idem:${tenant}:${digest}`,
  /** String of bytes: the sealed token of the end user; gone once the capture has ended. */
  userToken: (captureId: string): string => `${redisPrefix}:user-token:${captureId}`,
  /** Hash with expiry: the sealed fields that were read from a person's card, by the step that brought them. */
  identity: (captureId: string): string => `${redisPrefix}:identity:${captureId}`,
  /** Sorted set, all scores 0: a tenant's captures of one kind that are in one status, by id; see index-scripts.ts. */
  index: (tenant: string, status: CaptureStatus, kind: CaptureKind): string =>
    `${redisPrefix}:index:${tenant}:${status}:${kind}`,
  /** The same of one person: all of a subject's captures. */
  subjectIndex: (tenant: string, subject: string): string => `${redisPrefix}:index:${tenant}:subject:${subject}`,
  /** Parts of a tenant's provider gate; see gate-scripts.ts. */
  gate: (tenant: string, part: 'log' | 'room' | 'woken' | 'state'): string => `${redisPrefix}:gate:${tenant}:${part}`,
  /** Set: tenants with captures in the waiting room. */
  gateTenants: `${redisPrefix}:gates`,
  /** Hash: provider calls that a tenant's open captures still need, by lane, and how long calls take lately. */
  backlog: (tenant: string): string => `${redisPrefix}:backlog:${tenant}`,
  /** String with expiry: when a client's bucket of requests is full again, in ms since 1970. */
  clientRate: (tenant: string, client: string): string => `${redisPrefix}:rate:${tenant}:${client}`,
  /** Hash with expiry: a day and what a client has used of its quota. */
  clientQuota: (tenant: string, client: string): string => `${redisPrefix}:quota:${tenant}:${client}`,
  /** String with expiry: the sealed token of the tenant's service account with the provider; one for each account. */
  adminToken: (tenant: string, account: string): string => `${redisPrefix}:admin-token:${tenant}:${account}`,
  /** String with expiry: who renews that token. */
  adminTokenLock: (tenant: string, account: string): string => `${redisPrefix}:admin-token:${tenant}:${account}:lock`,
  /** String with expiry: why that token could not be renewed; nobody tries again while it stands. */
  adminTokenPause: (tenant: string, account: string): string => `${redisPrefix}:admin-token:${tenant}:${account}:pause`,
  /** Hash: bytes of the images of each capture that has some in the store. */
  imageBytes: `${redisPrefix}:image-bytes`,
  /** Hash: their sum by tenant. */
  imageBytesOfTenants: `${redisPrefix}:image-bytes:tenants`,
  /** Sorted set: those captures as `<tenant>/<captureId>`, by when their bytes were counted. */
  imageOwners: `${redisPrefix}:image-bytes:owners`,
  /** Sorted set: captures whose event is not in Kafka yet, by the time at which somebody should look after them. */
  watchlist: `${redisPrefix}:watchlist`,
  /** String with expiry: that an event about no capture was announced. */
  announced: (tenant: string, id: string): string => `${redisPrefix}:announced:${tenant}:${id}`,
  /** Stream: events decided and not yet in Kafka. */
  outbox: `${redisPrefix}:outbox`,
  /** Stream, bounded: entries of the outbox that could not be read. */
  outboxAside: `${redisPrefix}:outbox:aside`,
  /** String with expiry: which worker relays the outbox. */
  outboxLease: `${redisPrefix}:outbox:lease`,
  /** Hash with expiry: what all processes counted within a minute (minutes since 1970); see tallies.ts. */
  tally: (minute: number): string => `${redisPrefix}:tally:${minute}`,
  /** String with expiry: a worker makes sure that the reconciler's rounds have their times. */
  reconcilePlanning: `${redisPrefix}:reconcile:planning`,
} as const;
