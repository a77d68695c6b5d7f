import { join } from 'node:path';
import type { TestUserConfig } from 'vitest/node';
import { FileSecondsReporter } from './file-seconds-reporter.ts';

/** Where, in the folder that `TEST_REPORTS` names, a run leaves its counts. */
export const COUNTS_FILE = 'counts.json';
/** Where it leaves how long each file took. */
export const SECONDS_FILE = 'seconds.json';

/** The terminal's reporter, and with a folder those that `npm test` reads when the run is over. */
export function reporters(folder: string | undefined): NonNullable<TestUserConfig['reporters']> {
  if (!folder) return ['default'];
  return [
    'default',
    ['json', { outputFile: join(folder, COUNTS_FILE) }],
    new FileSecondsReporter(join(folder, SECONDS_FILE)),
  ];
}
