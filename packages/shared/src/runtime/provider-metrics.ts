import { Counter, Histogram, type Registry } from 'prom-client';
import { latencyBuckets, metricsPrefix } from './metrics.ts';

/** One finished call of the provider, as its client reports it. */
export interface FinishedCall {
  readonly endpoint: string;
  readonly outcome: string;
  /** The provider's code, the client's own for calls without an answer, or none. */
  readonly errorCode: number | string | null;
  /** The HTTP status, if one was seen; counts as the code of an error that has no other. */
  readonly status: number | null;
  readonly durationMs: number;
}

/** Counts and times provider calls. Codes that `isKnown` does not know are told as `unknown`, so that they stay few. */
export function createProviderMetrics(
  registry: Registry,
  isKnown: (code: number) => boolean,
): (call: FinishedCall) => void {
  const duration = new Histogram({
    name: `${metricsPrefix}provider_call_duration_seconds`,
    help: 'Calls to Vlens; outcome is ok, fault (an error it answered) or transport_error (no usable answer).',
    labelNames: ['endpoint', 'outcome'] as const,
    buckets: latencyBuckets,
    registers: [registry],
  });
  const errors = new Counter({
    name: `${metricsPrefix}provider_errors_total`,
    help: "Calls to Vlens that failed, by documented code or status (unknown: any other), or the client's own code.",
    labelNames: ['endpoint', 'code'] as const,
    registers: [registry],
  });
  return ({ endpoint, outcome, errorCode, status, durationMs }) => {
    duration.observe({ endpoint, outcome }, durationMs / 1_000);
    if (outcome !== 'ok') errors.inc({ endpoint, code: codeLabel(errorCode ?? status, isKnown) });
  };
}

function codeLabel(code: number | string | null, isKnown: (code: number) => boolean): string {
  if (code === null) return 'none';
  if (typeof code === 'string') return code;
  return isKnown(code) ? String(code) : 'unknown';
}
