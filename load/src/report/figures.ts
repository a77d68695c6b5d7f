import type { LatencySummary } from '../measure/latency.ts';
import { type RunResult, refusedCount } from '../result.ts';

/** A figure of a run as tables show it. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly text: string;
}

/** The figures of a run that tables show and that two runs are compared by. */
export function figuresOf(result: RunResult): Figure[] {
  const { balance, latencies, acceptedPerSecond, eventsPerSecond, due } = result;
  return [
    count('to be sent', due),
    count('accepted', balance.accepted),
    count('refused', refusedCount(result)),
    count('events', balance.arrived),
    count('missing', balance.missing),
    count('duplicates', balance.duplicates),
    count('late', balance.late),
    count('conflicts', balance.conflicts),
    count('unexpected outcomes', balance.unexpected),
    { name: 'accepted per second', value: acceptedPerSecond, text: acceptedPerSecond.toFixed(1) },
    { name: 'events per second', value: eventsPerSecond, text: eventsPerSecond.toFixed(1) },
    ...percentiles('accept', latencies.accept),
    ...percentiles('event', latencies.event),
    ...percentiles('generator lag', latencies.lag),
  ];
}

function count(name: string, value: number): Figure {
  return { name, value, text: value.toLocaleString('en') };
}

function percentiles(name: string, { p50Ms, p99Ms, maxMs }: LatencySummary): Figure[] {
  return [
    { name: `${name} p50`, value: p50Ms, text: inMs(p50Ms) },
    { name: `${name} p99`, value: p99Ms, text: inMs(p99Ms) },
    { name: `${name} max`, value: maxMs, text: inMs(maxMs) },
  ];
}

/** Milliseconds for people: three digits, in seconds from one second on. */
export function inMs(ms: number): string {
  if (ms >= 1_000) return `${Number((ms / 1_000).toPrecision(3))} s`;
  return `${Number(ms.toPrecision(3))} ms`;
}
