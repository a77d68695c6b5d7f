import type { ChaosSystem } from './chaos-system.ts';
import type { RunCheck } from './check-run.ts';

/** `short` proves the same with less of it, for every test run. */
export type Extent = 'short' | 'full';

/** What became of a scenario. */
interface ScenarioResult {
  /** Its faults include whatever the scenario itself found wrong. */
  readonly check: RunCheck;
  /** Figures besides the counts, with their unit in the name. */
  readonly figures: Readonly<Record<string, string | number>>;
}

/** One kind of misfortune, caused on the whole system. */
export interface Scenario {
  readonly name: string;
  run(chaos: ChaosSystem, extent: Extent): Promise<ScenarioResult>;
}

/** The check with what else was wrong. */
export function withFaults(check: RunCheck, faults: readonly (string | false | undefined)[]): RunCheck {
  return { ...check, faults: [...check.faults, ...faults.filter((fault) => typeof fault === 'string')] };
}

/** Seconds since `begun` (epoch ms), to a tenth. */
export function secondsSince(begun: number): number {
  return Math.round((Date.now() - begun) / 100) / 10;
}
