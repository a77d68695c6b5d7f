import { join } from 'node:path';
import { withLock } from '../../bootstrap/lock.mjs';
import { CACHE } from '../paths.ts';
import { findOnPath, run } from '../processes/programs.ts';
import type { Log } from './engine.ts';

const APT_TIMEOUT_MS = 600_000;

/**
 * Installs Debian packages when we are root and apt is here; nothing else is installed with them and no service is started.
 *
 * @throws Error with the command to run by hand, when it may not or does not work.
 */
export async function installDebianPackages(
  what: string,
  packages: readonly string[],
  log: Log,
  otherwise = ', or start a Docker engine',
): Promise<void> {
  const byHand = `apt-get update && apt-get install --no-install-recommends ${packages.join(' ')}`;
  if (process.getuid?.() !== 0 || !findOnPath('apt-get')) {
    throw new Error(`${what} is missing; install it (on Debian or Ubuntu, as root: ${byHand})${otherwise}.`);
  }
  await withLock(join(CACHE, 'apt.lock'), async () => {
    log(`installing ${packages.join(', ')} by apt ...`);
    const env = { DEBIAN_FRONTEND: 'noninteractive' };
    const flags = ['-y', '-q', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=300'];
    await run('apt-get', ['update', '-q'], { timeoutMs: APT_TIMEOUT_MS, env });
    const { ok, output } = await run('apt-get', ['install', ...flags, ...packages], { timeoutMs: APT_TIMEOUT_MS, env });
    if (!ok)
      throw new Error(
        `${what} could not be installed by "${byHand}":\n${output.trimEnd().split('\n').slice(-6).join('\n')}`,
      );
  });
}
