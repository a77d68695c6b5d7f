import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os';
import process from 'node:process';
import { z } from 'zod';

/** On what a run was made, without which no figure means anything. */
export const machine = z.object({
  cpu: z.string(),
  cores: z.number(),
  memoryBytes: z.number(),
  system: z.string(),
  node: z.string(),
  /** Processes that wanted to run in the minute before: above zero, others had a part of the machine. */
  loadBefore: z.number(),
});
export type Machine = z.infer<typeof machine>;

export function describeMachine(): Machine {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    system: `${type()} ${release()}`,
    node: process.version,
    loadBefore: loadavg()[0] ?? 0,
  };
}

/** The machine in one line. */
export function machineInWords({ cpu, cores, memoryBytes, system, node, loadBefore }: Machine): string {
  const gib = Math.round(memoryBytes / 1024 ** 3);
  return `${cpu}, ${cores} cores, ${gib} GiB, ${system}, Node ${node}, load before ${loadBefore.toFixed(2)}`;
}
