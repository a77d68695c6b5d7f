import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { withLock } from '../../bootstrap/lock.mjs';
import { CACHE, ROOT } from '../paths.ts';
import { findOnPath, run } from '../processes/programs.ts';
import { installDebianPackages } from './debian.ts';
import type { Log } from './engine.ts';

const REQUIREMENTS = join(ROOT, 'tools', 'schemathesis', 'requirements.txt');
const TIMEOUT_MS = 300_000;

/**
 * The command line of Schemathesis in a virtual environment of its own, which pip fills when it is not there yet: the versions and
 * contents that `tools/schemathesis/requirements.txt` names, or none.
 *
 * @throws Error with a sentence about what could not be had.
 */
export async function fetchSchemathesis(log: Log): Promise<[string, ...string[]]> {
  await ensureVenv(log);
  const { output: python } = await run('python3', ['--version']);
  const version = createHash('sha256').update(readFileSync(REQUIREMENTS)).update(python).digest('hex').slice(0, 16);
  const folder = join(CACHE, 'schemathesis', version);
  await withLock(join(CACHE, 'schemathesis.lock'), async () => {
    if (!existsSync(folder)) await install(folder, log);
  });
  // By the interpreter, for the scripts' own first lines name the folder in which they were made.
  return [join(folder, 'bin', 'python'), join(folder, 'bin', 'schemathesis')];
}

async function ensureVenv(log: Log): Promise<void> {
  if (findOnPath('python3') && (await run('python3', ['-c', 'import ensurepip, venv'])).ok) return;
  await installDebianPackages('Python with its venv, in which the fuzzer of the routes runs,', ['python3-venv'], log);
}

async function install(folder: string, log: Log): Promise<void> {
  const part = `${folder}.part`;
  await rm(part, { recursive: true, force: true });
  await mkdir(dirname(folder), { recursive: true });
  log('fetching Schemathesis from PyPI ...');
  const flags = ['--quiet', '--require-hashes', '--only-binary=:all:', '--disable-pip-version-check', '--no-input'];
  const pip = ['-m', 'pip', 'install', ...flags, '-r', REQUIREMENTS];
  for (const [command, args] of [
    ['python3', ['-m', 'venv', part]],
    [join(part, 'bin', 'python'), pip],
  ] as const) {
    const { ok, output } = await run(command, args, { timeoutMs: TIMEOUT_MS });
    if (!ok) throw new Error(`Schemathesis could not be fetched; Python says:\n${output.trim()}`);
  }
  await rename(part, folder);
}
