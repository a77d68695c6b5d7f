import { readFileSync } from 'node:fs';

/** What a process has used so far. */
export interface ProcessUse {
  /** CPU seconds in user and system mode, all threads. */
  readonly cpuSeconds: number;
  /** Resident memory in bytes. */
  readonly residentBytes: number;
}

// Linux tells times in ticks of 1/100 s to user space, whatever the kernel's own: proc(5), USER_HZ.
const ticksPerSecond = 100;
const pageBytes = 4_096;

/** Reads what a process has used from /proc; undefined when it is gone, or where there is no /proc. */
export function readProcessUse(pid: number): ProcessUse | undefined {
  try {
    // The name, in parentheses, may hold anything, so fields are counted from its end: the third field is the first then.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const field = (number: number): number => Number(fields[number - 3]);
    return {
      cpuSeconds: (field(14) + field(15)) / ticksPerSecond,
      residentBytes: field(24) * pageBytes,
    };
  } catch {
    return undefined;
  }
}
