import { fewValues, latencyBuckets, metricsPrefix } from '@identity-events/shared/runtime/metrics';
import type { Captures } from '@identity-events/shared/store/captures';
import { Counter, Histogram, type Registry } from 'prom-client';
import type { ProviderCalls } from '../captures/collect-evidence.ts';
import type { Attempt } from '../captures/process-capture.ts';

/** From what somebody at a screen waits for, to a backlog of a day. */
const waitBuckets = [0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3_600, 14_400, 86_400];
/** Codes of ours: there are fewer. */
const causesMost = 64;

type Process = (captureId: string, signal: AbortSignal) => Promise<Attempt>;

/** Looks at captures from behind the ports that carry them. */
export interface CaptureMetrics {
  /** The same, and counts each capture that ends, once, whoever ends it. */
  countEndings(captures: Captures): Captures;
  /** The same, and times each attempt. */
  timeAttempts(process: Process): Process;
  /** The same, and tells how long a capture waited for its first call. */
  timeFirstCalls(provider: ProviderCalls): ProviderCalls;
}

export function createCaptureMetrics(registry: Registry, now: () => number): CaptureMetrics {
  const registers = [registry];
  const firstCall = new Histogram({
    name: `${metricsPrefix}capture_first_call_wait_seconds`,
    help: 'From acceptance to the first provider call of a capture; again when that call is repeated.',
    labelNames: ['lane'] as const,
    buckets: waitBuckets,
    registers,
  });
  return {
    countEndings: endingsCounter(registry),
    timeAttempts: attemptsTimer(registry),
    timeFirstCalls: (provider) => ({
      async prepare(step, capture) {
        const call = await provider.prepare(step, capture);
        if (capture.steps.size > 0) return call;
        return (signal) => {
          firstCall.observe({ lane: capture.lane }, (now() - capture.createdAt) / 1_000);
          return call(signal);
        };
      },
    }),
  };
}

function endingsCounter(registry: Registry): CaptureMetrics['countEndings'] {
  const endings = new Counter({
    name: `${metricsPrefix}captures_ended_total`,
    help: 'Captures that got their outcome, with the reason of a failure (none: no failure).',
    labelNames: ['kind', 'outcome', 'reason'] as const,
    registers: [registry],
  });
  const duration = new Histogram({
    name: `${metricsPrefix}capture_duration_seconds`,
    help: 'From acceptance to the outcome.',
    labelNames: ['kind', 'outcome'] as const,
    buckets: waitBuckets,
    registers: [registry],
  });
  return (captures) => ({
    ...captures,
    async finish(ending) {
      const ended = await captures.finish(ending);
      if (!ended) return false;
      const { data } = ending.event;
      const { kind, outcome } = data;
      endings.inc({ kind, outcome, reason: data.outcome === 'failed' ? data.reason.code : 'none' });
      duration.observe({ kind, outcome }, (ending.decidedAt - Date.parse(data.acceptedAt)) / 1_000);
      return true;
    },
  });
}

function attemptsTimer(registry: Registry): CaptureMetrics['timeAttempts'] {
  const duration = new Histogram({
    name: `${metricsPrefix}attempt_duration_seconds`,
    help: 'Runs of a job, by result: ended, later, nothing_to_do or thrown.',
    labelNames: ['result'] as const,
    buckets: latencyBuckets,
    registers: [registry],
  });
  const putOff = new Counter({
    name: `${metricsPrefix}attempts_put_off_total`,
    help: 'Runs that ended with a capture put off, by cause.',
    labelNames: ['cause'] as const,
    registers: [registry],
  });
  const few = fewValues(causesMost);
  return (process) => async (captureId, signal) => {
    const startedAt = performance.now();
    let result: Attempt['result'] | 'thrown' = 'thrown';
    try {
      const attempt = await process(captureId, signal);
      result = attempt.result;
      if (attempt.result === 'later') putOff.inc({ cause: few(attempt.cause) });
      return attempt;
    } finally {
      duration.observe({ result }, (performance.now() - startedAt) / 1_000);
    }
  };
}
