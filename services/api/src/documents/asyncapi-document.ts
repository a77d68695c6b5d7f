import { cloudEvent } from '@identity-events/shared/contracts/cloud-event';
import { contractVersion } from '@identity-events/shared/contracts/contract-version';
import { type EventType, eventContracts, eventTypes } from '@identity-events/shared/contracts/event-contracts';
import { eventSchemaPath } from '@identity-events/shared/contracts/event-versions';
import { z } from 'zod';
import { exampleEvents } from './example-events.ts';
import { writePlainly } from './plain-schema.ts';

const kafkaBinding = { bindingVersion: '0.5.0' } as const;

/** The AsyncAPI 3.0 document: each topic with its messages (https://www.asyncapi.com/docs/reference/specification/v3.0.0). */
export function buildAsyncApi(): object {
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'identity-events',
      version: contractVersion,
      license: { name: 'Apache-2.0' },
      description:
        'Outcomes of identity captures as CloudEvents 1.0 in the binary mode of the Kafka protocol binding. Delivery is at ' +
        'least once: de-duplicate on `ce_id`. The events of one person keep their order. Nothing in them is personal. ' +
        'Fields may be added, and values where `x-open-enum` stands; anything else raises the version.',
    },
    defaultContentType: 'application/json',
    channels: perType((type) => ({
      address: type,
      messages: { [type]: { $ref: `#/components/messages/${type}` } },
      bindings: { kafka: { topic: type, ...kafkaBinding } },
    })),
    operations: perType((type) => ({
      action: 'send',
      channel: { $ref: `#/channels/${type}` },
      summary: eventContracts[type].summary,
      messages: [{ $ref: `#/channels/${type}/messages/${type}` }],
    })),
    components: { messages: perType(message) },
  };
}

function perType(of: (type: EventType) => object): Record<string, object> {
  return Object.fromEntries(eventTypes.map((type) => [type, of(type)]));
}

function message(type: EventType): object {
  const { version, summary, data } = eventContracts[type];
  return {
    name: type,
    title: `${type}, version ${version}`,
    summary,
    contentType: 'application/json',
    headers: toSchema(recordHeaders(type)),
    payload: toSchema(data),
    bindings: { kafka: { key: { type: 'string', description: '`<tenant>:<subject>`' }, ...kafkaBinding } },
    'x-schema': eventSchemaPath(type),
    examples: [{ name: type, payload: exampleEvents[type].data }],
  };
}

/** The headers of a record: every attribute of the event but its content type under `ce_` (Kafka protocol binding, 3.2). */
function recordHeaders(type: EventType): z.ZodObject {
  // Stored events name a path; the one of a record is absolute.
  const dataschema = z
    .url()
    .optional()
    .meta(cloudEvent.shape.dataschema.meta() ?? {});
  const { data: _, datacontenttype, ...attributes } = { ...cloudEvent.shape, type: z.literal(type), dataschema };
  const prefixed = Object.entries(attributes).map(([name, schema]) => [`ce_${name}`, schema] as const);
  const { traceparent } = attributes;
  return z.object({ 'content-type': datacontenttype, ...Object.fromEntries(prefixed), traceparent });
}

/** A schema as AsyncAPI embeds it: its own dialect extends draft-07. */
function toSchema(schema: z.ZodType): object {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { target: 'draft-07', override: writePlainly });
  return rest;
}
