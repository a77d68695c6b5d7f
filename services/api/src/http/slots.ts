import { HttpProblem } from './problem.ts';

/** Bounds how many requests of a kind are under way at one time. */
export interface Slots {
  /** Takes a slot and returns what gives it back. Throws the problem `overloaded` when none is free. */
  take(): () => void;
}

export function createSlots(count: number): Slots {
  let free = count;
  return {
    take() {
      if (free === 0) throw new HttpProblem('overloaded', { retryAfterSeconds: 1 });
      free -= 1;
      let given = false;
      return () => {
        if (!given) free += 1;
        given = true;
      };
    },
  };
}
