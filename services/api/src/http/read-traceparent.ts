import type { Request } from 'express';

/** The trace in which a request stands (https://www.w3.org/TR/trace-context/); what is malformed is as good as none. */
export function readTraceparent(request: Request): string | undefined {
  const value = request.get('traceparent');
  return value && /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/.test(value) ? value : undefined;
}
