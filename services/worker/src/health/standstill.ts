/**
 * Tells when work stands still: it is due, and for `afterMs` nothing of it has moved. Whoever looks says whether there is work; whoever
 * works says that it moved.
 */
export interface Standstill {
  /** Something moved, or was refused by what it needs: either is no standstill. */
  moved(): void;
  /** What was found: true while work is due, false when there is none or it could not be told. */
  found(due: boolean): void;
  /** True from `afterMs` after work was first found due without anything moving since, until something does. */
  isStill(): boolean;
}

/** `steadyNow` in ms is of a clock that nobody sets: a jump of the wall clock is no standstill. */
export function createStandstill(afterMs: number, steadyNow: () => number): Standstill {
  let dueSince: number | undefined;
  return {
    moved() {
      dueSince = undefined;
    },
    found(due) {
      dueSince = due ? (dueSince ?? steadyNow()) : undefined;
    },
    isStill: () => dueSince !== undefined && steadyNow() - dueSince >= afterMs,
  };
}
