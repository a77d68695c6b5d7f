import { z } from 'zod';

/**
 * A CloudEvents 1.0 event as this service makes them (https://github.com/cloudevents/spec, v1.0.2).
 *
 * `id` derives from the capture: a repeated delivery carries the same id, so consumers de-duplicate on (`source`, `id`).
 * `partitionkey` (partitioning extension) is the Kafka record key. `traceparent` (distributed tracing extension) is the
 * trace in which the capture was submitted.
 */
export const cloudEvent = z.object({
  specversion: z.literal('1.0'),
  id: z.string(),
  source: z.string(),
  type: z.string(),
  time: z.iso.datetime(),
  subject: z.string(),
  datacontenttype: z.literal('application/json'),
  partitionkey: z.string(),
  traceparent: z.string().optional(),
  data: z.unknown(),
});
export type CloudEvent = z.infer<typeof cloudEvent>;
