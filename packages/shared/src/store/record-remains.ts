import { z } from 'zod';
import type { DecidedCapture } from '../contracts/to-identity-event.ts';
import { recordFields } from './capture-record.ts';

const { shape } = recordFields;
const ifReadable = <T extends z.ZodType>(field: T) => field.optional().catch(undefined);

/** Whose capture it is and what an event must say of it; the rest is of use, not necessary. */
const remainingFields = z.object({
  tenant: shape.tenant.min(1),
  subject: shape.subject.min(1),
  kind: shape.kind,
  transactionId: shape.transactionId,
  status: shape.status,
  createdAt: ifReadable(shape.createdAt),
  expiresAt: ifReadable(shape.expiresAt),
  decidedAt: ifReadable(shape.decidedAt),
  traceparent: ifReadable(shape.traceparent),
  outcome: ifReadable(shape.outcome),
  idempotency: ifReadable(shape.idempotency),
});

/** What can still be read of a damaged record: enough to end its capture, or to announce the end that it had. */
export type RecordRemains = z.infer<typeof remainingFields> & DecidedCapture;

/** Reads what remains of a record as Redis returns it; null when that is too little to make an event. */
export function parseRecordRemains(captureId: string, hash: Readonly<Record<string, string>>): RecordRemains | null {
  const parsed = remainingFields.safeParse(hash, { reportInput: false });
  if (!parsed.success) return null;
  return { ...parsed.data, id: captureId, createdAt: parsed.data.createdAt ?? acceptedAtIn(captureId) };
}

/** When a capture was accepted (epoch ms), as its id tells, which is a UUIDv7: https://www.rfc-editor.org/rfc/rfc9562#section-5.7 */
export function acceptedAtIn(captureId: string): number {
  return Number.parseInt(captureId.slice('cap_'.length, 'cap_'.length + 12), 16);
}
