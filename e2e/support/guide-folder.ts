import { readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '@identity-events/tools/paths';
import { run } from '@identity-events/tools/processes/programs';

const SDK = join(ROOT, 'packages', 'sdk');
/** What the SDK and the guides need from npm; none of them has dependencies of its own. */
const PACKAGES = ['zod', 'eventsource-parser', '@opentelemetry/api', 'kafkajs'];
const INSTALL_MS = 100_000;

/** A newcomer's folder, outside this repository: nothing in it but the packed SDK and what it needs. */
export interface GuideFolder {
  readonly path: string;
  /** Writes the guide's code blocks under the names that their first lines give. */
  takeFrom(guide: string): void;
  /** What the compiler says about the files as a newcomer's own; empty when nothing. */
  complaints(files: readonly string[]): Promise<string>;
  remove(): Promise<void>;
}

/** Builds and packs the SDK and installs it with npm. Packages come from this project's own installation: no registry is asked. */
export async function openGuideFolder(): Promise<GuideFolder> {
  const path = await mkdtemp(join(tmpdir(), 'sdk-guide-'));
  await mustRun(join(ROOT, 'node_modules', '.bin', 'tsc'), ['-b', SDK], ROOT);
  await mustRun(
    process.execPath,
    [join(ROOT, 'tools', 'bootstrap.mjs'), 'pnpm', '--dir', SDK, 'pack', '--pack-destination', path],
    ROOT,
  );
  for (const name of PACKAGES) await packInstalled(name, path);
  writeFileSync(join(path, 'package.json'), JSON.stringify({ name: 'newcomer', private: true, type: 'module' }));
  await mustRun('sh', ['-c', 'npm install --offline --no-audit --no-fund ./*.tgz'], path);
  return {
    path,
    takeFrom(guide) {
      const text = readFileSync(join(ROOT, 'docs', 'guides', guide), 'utf8');
      for (const [, name = '', code = ''] of text.matchAll(/```ts\n\/\/ (\S+)\n(.*?)```/gs))
        writeFileSync(join(path, name), code);
    },
    async complaints(files) {
      const types = ['--types', 'node', '--typeRoots', join(ROOT, 'node_modules', '@types')];
      const flags = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2024', ...types];
      const { ok, output } = await run(join(ROOT, 'node_modules', '.bin', 'tsc'), [...flags, ...files], {
        cwd: path,
        timeoutMs: 60_000,
      });
      return ok ? '' : output;
    },
    remove: () => rm(path, { recursive: true, force: true }),
  };
}

/** Packs a package as it is installed here. pnpm links equal files to each other, and npm takes no links. */
async function packInstalled(name: string, into: string): Promise<void> {
  const folder = await realpath(join(SDK, 'node_modules', name));
  const args = [
    'czf',
    `${name.replace('/', '-')}.tgz`,
    '--hard-dereference',
    '--transform',
    's,^\\.,package,',
    '--exclude',
    './node_modules',
    '-C',
    folder,
    '.',
  ];
  await mustRun('tar', args, into);
}

async function mustRun(command: string, args: readonly string[], cwd: string): Promise<void> {
  const { ok, output } = await run(command, args, { cwd, timeoutMs: INSTALL_MS });
  if (!ok) throw new Error(`${command} ${args.join(' ')} failed:\n${output}`);
}
