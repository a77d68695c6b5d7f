import { readFileSync } from 'node:fs';

/** How long a test file took: its imports, hooks and tests together. */
export type FileSeconds = { readonly file: string; readonly seconds: number };

const SHOWN = 10;

/** What the reporter of this folder wrote; nothing when it wrote nothing, which the counts of the run tell. */
export function readFileSeconds(file: string): readonly FileSeconds[] {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as FileSeconds[];
  } catch {
    return [];
  }
}

/** A line for each of the ten files that took longest, the longest first. */
export function slowestFiles(files: readonly FileSeconds[]): string[] {
  return files
    .toSorted((one, other) => other.seconds - one.seconds)
    .slice(0, SHOWN)
    .map(({ file, seconds }) => `${seconds.toFixed(1).padStart(7)} s  ${file}`);
}
