import { v7 } from 'uuid';

/**
 * A new id for a capture accepted at `createdAt` (epoch ms): `cap_` and a UUIDv7 (RFC 9562) of that time without dashes, so
 * that ids sort by it. The index of captures relies on that.
 */
export function newCaptureId(createdAt: number): string {
  return newId('cap', createdAt);
}

/** An id of that form for something else that began at `createdAt` (epoch ms). */
export function newId(prefix: string, createdAt: number): string {
  return `${prefix}_${v7({ msecs: createdAt }).replaceAll('-', '')}`;
}
