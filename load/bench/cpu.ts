import { readProcessUse } from '../src/watch/watch-processes.ts';

/** CPU seconds that each process used while something went on. */
export async function cpuDuring<T>(
  processes: Readonly<Record<string, number>>,
  run: () => Promise<T>,
): Promise<{ result: T; cpu: Record<string, number> }> {
  const before = cpuSeconds(processes);
  const result = await run();
  const after = cpuSeconds(processes);
  const cpu = Object.fromEntries(
    Object.keys(processes).map((name) => [name, (after[name] ?? 0) - (before[name] ?? 0)]),
  );
  return { result, cpu };
}

function cpuSeconds(processes: Readonly<Record<string, number>>): Record<string, number> {
  const uses = Object.entries(processes).map(([name, pid]) => [name, readProcessUse(pid)?.cpuSeconds ?? 0] as const);
  return Object.fromEntries(uses);
}
