import type { Window } from '@identity-events/shared/contracts/windows';
import type { SandboxCall } from '../support/sandbox-client.ts';

/** How well calls kept to windows, as the provider saw them arrive. */
export interface BudgetUse {
  /** Calls that stood in a window which was full already, whichever way the window is laid. */
  readonly over: number;
  /** The time that the same number of calls takes at best, as part of the time they took; 1 is perfect. */
  readonly used: number;
  /** From the first call to the last. */
  readonly seconds: number;
}

/** Measures calls by their times of arrival. Pure. */
export function measureBudget(
  calls: readonly Pick<SandboxCall, 'monotonicMs'>[],
  windows: readonly Window[],
): BudgetUse {
  const times = calls.map((call) => call.monotonicMs).sort((a, b) => a - b);
  const tookMs = (times.at(-1) ?? 0) - (times[0] ?? 0);
  return {
    over: Math.max(0, ...windows.map((window) => countOver(times, window))),
    used: tookMs === 0 ? 1 : bestMs(times.length, windows) / tookMs,
    seconds: tookMs / 1_000,
  };
}

/** A call is over when the one `calls` places before it came less than the window ago. */
function countOver(times: readonly number[], { calls, ms }: Window): number {
  return times.filter((time, i) => i >= calls && time - (times[i - calls] as number) < ms).length;
}

/** When the last of `count` calls can be made at best: each as soon as every window has room. */
function bestMs(count: number, windows: readonly Window[]): number {
  const times: number[] = [];
  for (let i = 0; i < count; i++) {
    const earliest = windows.map(({ calls, ms }) => (i >= calls ? (times[i - calls] as number) + ms : 0));
    times.push(Math.max(times.at(-1) ?? 0, ...earliest));
  }
  return times.at(-1) ?? 0;
}
