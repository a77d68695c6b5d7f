import { readFileSync } from 'node:fs';

/** Tests counted; a part of a run or the whole of it. */
export type Counts = { readonly passed: number; readonly failed: number; readonly skipped: number };

type Report = {
  readonly success: boolean;
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
};

/**
 * The counts in a file of vitest's JSON reporter. A file that is missing or unreadable, and a run that failed outside its tests,
 * count as one failure, so that neither can pass for a success.
 */
export function readCounts(file: string): Counts {
  try {
    const report = JSON.parse(readFileSync(file, 'utf8')) as Report;
    const outside = !report.success && report.numFailedTests === 0 ? 1 : 0;
    return {
      passed: report.numPassedTests,
      failed: report.numFailedTests + outside,
      skipped: report.numPendingTests + report.numTodoTests,
    };
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

/** The sum of all parts. */
export function sum(parts: readonly Counts[]): Counts {
  const total = (key: keyof Counts): number => parts.reduce((count, part) => count + part[key], 0);
  return { passed: total('passed'), failed: total('failed'), skipped: total('skipped') };
}
