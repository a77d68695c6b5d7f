import { z } from 'zod';

// OpenTelemetry's SDK reads its variables itself, these and others; a service checks those that it names, before it starts.

/** OTLP collector that traces are sent to. */
export const otlpEndpoint = z.url({ protocol: /^https?$/, error: 'must be an http:// or https:// address' });

/** How they are sent. */
export const otlpProtocol = z.enum(['http/protobuf', 'http/json', 'grpc']);

/** Where traces go. */
export const tracesExporter = z.enum(['otlp', 'console', 'none']);

/** Which traces are recorded. */
export const tracesSampler = z.enum([
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
  'always_on',
  'always_off',
  'traceidratio',
]);

/** The share that a sampler records. */
export const samplerShare = z.coerce.number().min(0).max(1);
