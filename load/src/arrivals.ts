import type { Stage } from './profile.ts';

/**
 * The moments at which captures are to be sent, in seconds from the start, in order: an open model, in which nobody waits
 * for an answer before the next one comes.
 *
 * `nextGap` is the distance of two arrivals at a rate of one per second: 1 for even arrivals, exponentially distributed
 * with mean 1 for a Poisson process. Rates that change are met by stretching that one-per-second process in time
 * (Cinlar, Introduction to Stochastic Processes, 1975, section 4.7).
 */
export function* arrivalTimes(stages: readonly Stage[], nextGap: () => number): Generator<number> {
  let begin = 0;
  let toGo = nextGap();
  for (const { seconds, perSecond } of stages) {
    const [from, to] = typeof perSecond === 'number' ? [perSecond, perSecond] : perSecond;
    const expected = ((from + to) / 2) * seconds;
    let done = 0;
    while (done + toGo <= expected) {
      done += toGo;
      yield begin + timeOf(done, { from, to, seconds });
      toGo = nextGap();
    }
    toGo -= expected - done;
    begin += seconds;
  }
}

/** Gaps of a Poisson process, from numbers that are even between 0 and 1. */
export function exponentialGaps(random: () => number): () => number {
  return () => -Math.log(1 - random());
}

interface Slope {
  readonly from: number;
  readonly to: number;
  readonly seconds: number;
}

/** When so many arrivals are expected to have come: from t + (to - from) t² / (2 seconds) = count, solved for t. */
function timeOf(count: number, { from, to, seconds }: Slope): number {
  const growth = (to - from) / seconds;
  return (2 * count) / (from + Math.sqrt(Math.max(0, from * from + 2 * growth * count)));
}
