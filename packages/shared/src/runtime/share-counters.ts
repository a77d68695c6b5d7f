import type { Registry } from 'prom-client';

/** A counter of the registry, and under which name each of its series is shared; null: not at all. */
export interface SharedCounter {
  readonly metric: string;
  readonly nameOf: (labels: Readonly<Partial<Record<string, string | number>>>) => string | null;
}

/** Where counts go, and how often. */
export interface Sharing {
  add(counts: ReadonlyMap<string, number>): Promise<void>;
  readonly everyMs: number;
}

/**
 * Adds what counters of this process have counted since the last time to what all processes have, again and again, and once more at
 * the stop. It costs the same however much is counted. What could not be added is added next time.
 */
export function shareCounters(
  registry: Registry,
  counters: readonly SharedCounter[],
  { add, everyMs }: Sharing,
): { stop(): Promise<void> } {
  const shared = new Map<string, number>();
  let running: Promise<void> | undefined;

  async function share(): Promise<void> {
    const totals = await readTotals(registry, counters);
    const news = [...totals].map(([name, total]) => [name, total - (shared.get(name) ?? 0)] as const);
    const counts = new Map(news.filter(([, count]) => count > 0));
    if (counts.size > 0) await add(counts);
    for (const [name, total] of totals) shared.set(name, total);
  }
  const shareOnce = (): Promise<void> =>
    (running ??= share()
      .catch(() => undefined)
      .finally(() => (running = undefined)));
  const timer = setInterval(() => void shareOnce(), everyMs).unref();
  return {
    async stop() {
      clearInterval(timer);
      await running;
      await shareOnce();
    },
  };
}

async function readTotals(registry: Registry, counters: readonly SharedCounter[]): Promise<Map<string, number>> {
  const totals = new Map<string, number>();
  for (const { metric, nameOf } of counters) {
    const { values } = (await registry.getSingleMetric(metric)?.get()) ?? { values: [] };
    for (const { labels, value } of values) {
      const name = nameOf(labels);
      if (name !== null) totals.set(name, (totals.get(name) ?? 0) + value);
    }
  }
  return totals;
}
