import { failSpan, startSpan, traceparentOf, within } from '@identity-events/shared/runtime/spans';
import type { RequestHandler, Response } from 'express';
import { readTraceparent } from './read-traceparent.ts';

/**
 * A span for each request, below the caller's if it sent one. What comes of the request stands in that span's trace or, while no
 * traces are made, in the caller's.
 */
export const traceRequests: RequestHandler = (request, response, next) => {
  const traceparent = readTraceparent(request);
  const { method } = request;
  const span = startSpan(method, { role: 'server', attributes: { 'http.request.method': method }, traceparent });
  const ours = traceparentOf(span);
  response.locals['traceparent'] = ours ?? traceparent;
  // A stub: no traces are made.
  if (ours === undefined) return next();
  response.once('close', () => {
    const route = (request.route as { path: string } | undefined)?.path;
    const { requestId, captureId, problem } = response.locals as Partial<Record<string, string>>;
    if (route !== undefined) span.updateName(`${method} ${route}`).setAttribute('http.route', route);
    span.setAttribute('http.response.status_code', response.statusCode);
    if (requestId !== undefined) span.setAttribute('identity_events.request.id', requestId);
    if (captureId !== undefined) span.setAttribute('identity_events.capture.id', captureId);
    if (problem !== undefined) span.setAttribute('identity_events.problem', problem);
    if (response.statusCode >= 500) failSpan(span, problem ?? String(response.statusCode));
    span.end();
  });
  within(span, next);
};

/** The trace in which that stands which comes of the request: jobs, calls, events. */
export function traceparentOfResult({ locals }: Response): string | undefined {
  return locals['traceparent'] as string | undefined;
}
