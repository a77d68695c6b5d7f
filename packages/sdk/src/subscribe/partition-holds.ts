import type { PartitionHolds } from './consume-batch.ts';

export interface HoldLimits {
  readonly minMs: number;
  readonly maxMs: number;
}

const askedMsMax = 24 * 3_600_000;

/** Holds with timers; a partition held again and again waits twice as long each time. `clear` forgets them all. */
export function createPartitionHolds({ minMs, maxMs }: HoldLimits): PartitionHolds & { clear(): void } {
  const timers = new Set<NodeJS.Timeout>();
  const times = new Map<string, number>();
  return {
    hold(partition, resume, waitMs) {
      const before = times.get(partition) ?? 0;
      if (waitMs === undefined) times.set(partition, before + 1);
      const ms = waitMs ?? Math.min(maxMs, minMs * 2 ** Math.min(before, 30));
      const timer = setTimeout(
        () => {
          timers.delete(timer);
          resume();
        },
        Math.min(ms, askedMsMax),
      );
      timers.add(timer);
    },
    release: (partition) => void times.delete(partition),
    clear() {
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
    },
  };
}
