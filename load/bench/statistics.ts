/** The middle one; of an even number, the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length / 2;
  const [low = Number.NaN, high = low] = [sorted[Math.ceil(half) - 1], sorted[Math.floor(half)]];
  return (low + high) / 2;
}

/** The value below which so many per cent of the values are (nearest rank). */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? Number.NaN;
}

/** How the variants did in each round, side by side. */
export type Rounds<V extends string, T> = readonly Readonly<Record<V, T>>[];

/**
 * Measures every variant in every round, in turns and in changing order, so that what else happens on the machine strikes
 * them alike. A round before the first is for warming up, and is not kept.
 */
export async function alternate<V extends string, T>(
  variants: readonly V[],
  rounds: number,
  measure: (variant: V) => Promise<T>,
): Promise<Rounds<V, T>> {
  const kept: Record<V, T>[] = [];
  for (let round = -1; round < rounds; round += 1) {
    const order = round % 2 === 0 ? variants : variants.toReversed();
    const measured = new Map<V, T>();
    for (const variant of order) measured.set(variant, await measure(variant));
    if (round >= 0) kept.push(Object.fromEntries(measured) as Record<V, T>);
  }
  return kept;
}

/** The median of a variant over all rounds. */
export function medianOf<V extends string, T>(rounds: Rounds<V, T>, variant: V, value: (one: T) => number): number {
  return median(rounds.map((round) => value(round[variant])));
}

/** The median of the ratios within each round: what is slow or fast in a whole round cancels out. */
export function medianRatio<V extends string, T>(
  rounds: Rounds<V, T>,
  [a, b]: readonly [V, V],
  value: (one: T) => number,
): number {
  return median(rounds.map((round) => value(round[a]) / value(round[b])));
}
