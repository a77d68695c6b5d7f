import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { withLock } from '../../bootstrap/lock.mjs';
import { CACHE } from '../paths.ts';
import { findOnPath, run } from '../processes/programs.ts';
import type { Log } from './engine.ts';

const TIMEOUT_MS = 120_000;
const UNPACK = 'dpkg-deb --fsys-tarfile prometheus_*.deb | tar -x --strip-components=3 ./usr/bin/promtool';

/**
 * Prometheus' tool that checks its files: from PATH, or taken out of Debian's package, of which nothing else is installed.
 *
 * @throws Error when there is neither.
 */
export async function fetchPromtool(log: Log): Promise<string> {
  const onPath = findOnPath('promtool');
  if (onPath) return onPath;
  const target = join(CACHE, 'promtool');
  await withLock(join(CACHE, 'promtool.lock'), async () => {
    if (existsSync(target)) return;
    log('fetching promtool from the Debian package prometheus ...');
    const folder = await mkdtemp(join(CACHE, 'prometheus-'));
    try {
      await download(folder);
      const { ok, output } = await run('sh', ['-c', UNPACK], { cwd: folder, timeoutMs: TIMEOUT_MS });
      if (!ok) throw new Error(`promtool could not be taken out of the package: ${output}`);
      await rename(join(folder, 'promtool'), target);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
  return target;
}

/** A package can be downloaded by anybody; only the lists of packages, where there are none yet, take root. */
async function download(cwd: string): Promise<void> {
  if (!findOnPath('apt-get')) throw new Error('promtool is missing; install Prometheus 2.42 or newer.');
  const options = { cwd, timeoutMs: TIMEOUT_MS };
  await run('apt-get', ['download', '-q', 'prometheus'], options);
  if ((await readdir(cwd)).length > 0) return;
  await run('apt-get', ['update', '-q'], options);
  const { output } = await run('apt-get', ['download', '-q', 'prometheus'], options);
  if ((await readdir(cwd)).length === 0) throw new Error(`promtool is missing and can't be had from Debian: ${output}`);
}
