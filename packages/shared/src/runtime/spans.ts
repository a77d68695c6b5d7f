import {
  type Attributes,
  type Context,
  context,
  isSpanContextValid,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace,
} from '@opentelemetry/api';
import { errorCode } from './errors.ts';

/** Kinds of spans, by OpenTelemetry's names. */
export type SpanRole = 'server' | 'client' | 'producer' | 'consumer';

const kinds = {
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
} as const satisfies Record<SpanRole, SpanKind>;

export interface SpanOptions {
  readonly role: SpanRole;
  /** Ids of our own, names and codes from closed lists; nothing personal. */
  readonly attributes?: Attributes;
  /** The span stands below this one, of another process. Default: below the active one. */
  readonly traceparent?: string | undefined;
}

/** Begins a span; whoever does ends it. A stub while no traces are made. */
export function startSpan(name: string, { role, attributes = {}, traceparent }: SpanOptions): Span {
  const parent = traceparent === undefined ? context.active() : contextOf(traceparent);
  return trace.getTracer('identity-events').startSpan(name, { kind: kinds[role], attributes }, parent);
}

/** Runs something in a span, which ends with it; a failure is told by its code. */
export async function inSpan<T>(name: string, options: SpanOptions, run: (span: Span) => Promise<T>): Promise<T> {
  const span = startSpan(name, options);
  try {
    return await within(span, () => run(span));
  } catch (error) {
    failSpan(span, errorCode(error));
    throw error;
  } finally {
    span.end();
  }
}

/** Runs something as part of a span: spans that it begins stand below it. */
export function within<T>(span: Span, run: () => T): T {
  return context.with(trace.setSpan(context.active(), span), run);
}

/** The span's work failed, for this reason; never a message, which may quote input. */
export function failSpan(span: Span, code: string): void {
  span.setStatus({ code: SpanStatusCode.ERROR });
  span.setAttribute('error.type', code);
}

/** A span as the W3C's `traceparent`; undefined for a stub. */
export function traceparentOf(span: Span | undefined): string | undefined {
  const about = span?.spanContext();
  if (!about || !isSpanContextValid(about)) return undefined;
  return `00-${about.traceId}-${about.spanId}-${about.traceFlags.toString(16).padStart(2, '0')}`;
}

/** The trace in which we are; undefined outside of any. */
export function activeTraceId(): string | undefined {
  const about = trace.getActiveSpan()?.spanContext();
  return about && isSpanContextValid(about) ? about.traceId : undefined;
}

/** The W3C's format is that of our records and events, whichever propagators the SDK is told to use. */
function contextOf(traceparent: string): Context {
  const [, traceId, spanId, flags] = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/.exec(traceparent) ?? [];
  if (traceId === undefined || spanId === undefined) return ROOT_CONTEXT;
  const traceFlags = Number.parseInt(flags ?? '', 16) & TraceFlags.SAMPLED;
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags, isRemote: true });
}
