import { z } from 'zod';

/**
 * A CloudEvents 1.0 event as this service makes them (https://github.com/cloudevents/spec, v1.0.2).
 *
 * `id` derives from the capture, or whatever else it is about: a repeated delivery carries the same id, so consumers de-duplicate on (`source`, `id`).
 * `partitionkey` (partitioning extension) is the Kafka record key. `traceparent` (distributed tracing extension) is the
 * trace in which the capture was submitted. `dataschema` is a path of the API while the event is stored; whoever publishes it makes
 * it the absolute URI that CloudEvents asks for, or leaves it out. Events made by versions before had none.
 */
export const cloudEvent = z.object({
  specversion: z.literal('1.0'),
  id: z.string().meta({ description: 'The same for a repeated delivery: de-duplicate on it, with the source.' }),
  source: z.string().meta({ description: 'The service and the tenant.' }),
  type: z.string().meta({ description: 'The type of the event, and the topic.' }),
  time: z.iso
    .datetime()
    .meta({ description: 'When it happened: the outcome was decided, the capture erased, the notice made.' }),
  subject: z.string().meta({ description: 'What it is about: your own id of the person, or the business request.' }),
  datacontenttype: z.literal('application/json'),
  dataschema: z.string().optional().meta({ description: 'Where the JSON Schema of the data can be read.' }),
  partitionkey: z.string().meta({ description: 'The key of the record.' }),
  traceparent: z.string().optional().meta({ description: 'W3C trace context of the submission.' }),
  data: z.unknown(),
});
export type CloudEvent = z.infer<typeof cloudEvent>;
