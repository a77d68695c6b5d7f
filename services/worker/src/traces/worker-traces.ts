import type { FinishedCall } from '@identity-events/shared/runtime/provider-metrics';
import { failSpan, inSpan, startSpan, traceparentOf } from '@identity-events/shared/runtime/spans';
import { type Span, trace } from '@opentelemetry/api';
import type { ProviderCalls } from '../captures/collect-evidence.ts';
import type { EventPublisher } from '../captures/event-publisher.ts';
import type { Attempt } from '../captures/process-capture.ts';

const captureIdName = 'identity_events.capture.id';

/**
 * Runs attempts in spans, each in the trace in which its capture was submitted. When that can't be read, in a trace of its own: no attempt
 * fails for the want of a trace.
 */
export function inAttemptSpans(
  readTraceparent: (captureId: string) => Promise<string | undefined>,
): (captureId: string, run: () => Promise<Attempt>) => Promise<Attempt> {
  return async (captureId, run) => {
    const traceparent = await readTraceparent(captureId);
    const attributes = { [captureIdName]: captureId };
    return inSpan('process capture', { role: 'consumer', attributes, traceparent }, async (span) => {
      const attempt = await run();
      noteAttempt(span, attempt);
      return attempt;
    });
  };
}

function noteAttempt(span: Span, attempt: Attempt): void {
  span.setAttribute('identity_events.result', attempt.result);
  if (attempt.result === 'later') span.setAttribute('identity_events.cause', attempt.cause);
  if (attempt.result !== 'ended') return;
  span.setAttribute('identity_events.outcome', attempt.outcome);
  if (attempt.reason !== null) span.setAttribute('identity_events.reason', attempt.reason);
}

/** The same, with a span around each call. */
export function traceCalls(provider: ProviderCalls): ProviderCalls {
  return {
    async prepare(step, capture) {
      const call = await provider.prepare(step, capture);
      const attributes = { [captureIdName]: capture.id, 'identity_events.step': step };
      return (signal) => inSpan(`call ${step}`, { role: 'client', attributes }, () => call(signal));
    },
  };
}

/** Says in the span of a call what came of it. The provider is not told of the trace. */
export function noteCall({ endpoint, status, outcome, errorCode }: FinishedCall): void {
  const span = trace.getActiveSpan();
  if (!span) return;
  span.setAttribute('identity_events.vlens.endpoint', endpoint);
  if (status !== null) span.setAttribute('http.response.status_code', status);
  if (outcome !== 'ok') failSpan(span, String(errorCode ?? status));
}

/**
 * The same, with a span for each event, in the trace in which its capture was submitted; the record in Kafka names it, so that
 * consumers go on from there.
 */
export function traceEvents(publisher: EventPublisher): EventPublisher {
  return {
    async publish(events) {
      const spans = events.map(({ topic, event }) =>
        startSpan(`send ${topic}`, {
          role: 'producer',
          attributes: {
            'messaging.system': 'kafka',
            'messaging.operation.type': 'send',
            'messaging.destination.name': topic,
            'messaging.message.id': event.id,
          },
          traceparent: event.traceparent,
        }),
      );
      try {
        return await publisher.publish(
          events.map((entry, i) => ({ ...entry, traceparent: traceparentOf(spans[i]) ?? entry.event.traceparent })),
        );
      } catch (error) {
        for (const span of spans) failSpan(span, 'not_published');
        throw error;
      } finally {
        for (const span of spans) span.end();
      }
    },
  };
}
