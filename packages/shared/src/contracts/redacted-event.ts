import { z } from 'zod';
import { cloudEvent } from './cloud-event.ts';
import { eventSchemaPath } from './event-versions.ts';

/** The event that says that a capture was erased. Its topic is its type. */
export const redactedEventType = 'identity.redacted';

/** Data of `identity.redacted`: forget what you keep of this capture. */
export const identityRedacted = z.object({
  captureId: z.string().meta({ description: 'The id of the capture.' }),
  tenant: z.string().meta({ description: 'Whose capture it was.' }),
  subject: z.string().meta({ description: 'Your own id of the person, as submitted.' }),
  erasedAt: z.iso.datetime().meta({ description: 'When the capture was erased.' }),
});

const redactedEvent = cloudEvent.extend({ type: z.literal(redactedEventType), data: identityRedacted });
export type RedactedEvent = z.infer<typeof redactedEvent>;

/** What the event tells of its capture. */
interface ErasedCapture {
  readonly id: string;
  readonly tenant: string;
  readonly subject: string;
  readonly traceparent?: string | undefined;
}

/** The event that announces an erasure. Pure: made again it has the same `id`. It has the key of the capture's outcome. */
export function toRedactedEvent(
  { id, tenant, subject, traceparent }: ErasedCapture,
  erasedAtMs: number,
): RedactedEvent {
  const erasedAt = new Date(erasedAtMs).toISOString();
  return {
    specversion: '1.0',
    id: `${id}.redacted`,
    source: `/identity-events/${tenant}`,
    type: redactedEventType,
    time: erasedAt,
    subject,
    datacontenttype: 'application/json',
    dataschema: eventSchemaPath(redactedEventType),
    partitionkey: `${tenant}:${subject}`,
    ...(traceparent ? { traceparent } : {}),
    data: { captureId: id, tenant, subject, erasedAt },
  };
}
