import { v7 } from 'uuid';

/** A new capture id: `cap_` and a UUIDv7 (RFC 9562) without dashes, so that ids sort by the time they were made. */
export function newCaptureId(): string {
  return `cap_${v7().replaceAll('-', '')}`;
}
