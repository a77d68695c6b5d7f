import { context, propagation, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { EventContext } from './options.ts';

/**
 * Runs a handler in a span of the trace that its event belongs to, so that whatever it does with OpenTelemetry goes on with that trace.
 * Without an OpenTelemetry SDK in the process it only runs it.
 */
export async function traceHandler(
  about: EventContext,
  handler: (inSpan: EventContext) => Promise<void> | void,
): Promise<void> {
  const { topic, partition, offset, attempt, traceparent, tracestate } = about;
  const carrier = { ...(traceparent ? { traceparent } : {}), ...(tracestate ? { tracestate } : {}) };
  const parent = propagation.extract(ROOT_CONTEXT, carrier);
  const attributes = {
    'messaging.system': 'kafka',
    'messaging.operation.type': 'process',
    'messaging.destination.name': topic,
    'messaging.destination.partition.id': String(partition),
    'messaging.kafka.offset': offset,
    'identity_events.attempt': attempt,
  };
  const span = trace
    .getTracer('identity-events-sdk')
    .startSpan(`process ${topic}`, { kind: SpanKind.CONSUMER, attributes }, parent);
  const within = trace.setSpan(parent, span);
  const own: { traceparent?: string; tracestate?: string } = {};
  propagation.inject(within, own);
  try {
    await context.with(within, () => handler({ ...about, ...own }));
  } catch (error) {
    span.setStatus({ code: SpanStatusCode.ERROR });
    span.setAttribute('error.type', error instanceof Error ? error.name : typeof error);
    throw error;
  } finally {
    span.end();
  }
}
