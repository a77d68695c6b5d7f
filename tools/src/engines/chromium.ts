import { findOnPath } from '../processes/programs.ts';
import { installDebianPackages } from './debian.ts';
import type { Log } from './engine.ts';

/**
 * The path of Chromium: from PATH, or installed from Debian's package.
 *
 * @throws Error with the command to run by hand, when it is missing and may not be installed.
 */
export async function fetchChromium(log: Log): Promise<string> {
  const find = (): string | undefined => findOnPath('chromium') ?? findOnPath('chromium-browser');
  if (!find()) await installDebianPackages('Chromium, in which the pages are tried,', ['chromium'], log, '');
  const path = find();
  if (!path) throw new Error('Chromium is missing: its package was installed, and there is no "chromium" on PATH.');
  return path;
}
