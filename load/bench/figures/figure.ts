import type { Finding } from '../finding.ts';
import type { Stage } from '../stage.ts';

/** How much is measured. */
export interface Extent {
  /** Rounds in which the variants take turns. */
  readonly rounds: number;
  /** Milliseconds of one variant in one round, where it is a matter of time. */
  readonly ms: number;
  /** Captures of one variant in one round, where it is a matter of number. */
  readonly captures: number;
  /** Captures that wait while others are accepted. */
  readonly backlog: number;
}

/** Measures one figure on a stage. */
export type Figure = (stage: Stage, extent: Extent) => Promise<Finding>;
