import type { Thresholds } from './profile.ts';
import { type RunResult, refusedCount } from './result.ts';

/** What of the thresholds a run did not keep, each in words. Conflicts and unexpected outcomes are never right. */
export function judge(result: Omit<RunResult, 'broken'>, thresholds: Thresholds): string[] {
  const { balance, latencies, due } = result;
  const { accept, event } = latencies;
  const refusedRatio = due === 0 ? 0 : refusedCount(result) / due;
  const rules: [name: string, value: number, most: number | undefined][] = [
    ['captures without an event', balance.missing, thresholds.missingMax],
    ['duplicate events', balance.duplicates, thresholds.duplicatesMax],
    ['late events', balance.late, thresholds.lateMax],
    ['captures with two outcomes', balance.conflicts, 0],
    ['captures with an unexpected outcome', balance.unexpected, 0],
    ['refused part of all submissions', refusedRatio, thresholds.refusedRatioMax],
    ['accept p50 in ms', accept.p50Ms, thresholds.acceptP50Ms],
    ['accept p99 in ms', accept.p99Ms, thresholds.acceptP99Ms],
    ['event p50 in ms', event.p50Ms, thresholds.eventP50Ms],
    ['event p99 in ms', event.p99Ms, thresholds.eventP99Ms],
  ];
  const broken = rules.flatMap(([name, value, most]) =>
    most !== undefined && value > most ? [`${name}: ${round(value)}, allowed ${most}`] : [],
  );
  return balance.accepted === 0 ? ['nothing was accepted', ...broken] : broken;
}

function round(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
