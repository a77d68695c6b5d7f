import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { exec, fail, lastLines, step } from './run.mjs';
import { installStamp } from './stamp.mjs';

/**
 * The path of a Node that satisfies `engines.node`: the running one when it does, else the one of `.node-version` from npm.
 *
 * @param {string} root @returns {Promise<string>}
 */
export async function fetchNode(root) {
  const { engines } = readManifest(root);
  if (satisfies(process.versions.node, engines.node)) return process.execPath;

  const version = readFileSync(join(root, '.node-version'), 'utf8').trim();
  const name = `node-${process.platform}-${process.arch}`;
  const folder = join(root, '.cache', 'node', version);
  await fetchFromNpm(`Node ${version}`, `${name}@${version}`, folder);
  return join(folder, 'node_modules', name, 'bin', 'node');
}

/**
 * The command line of exactly the pnpm that `packageManager` names, from PATH or from npm.
 *
 * @param {string} root @param {string} node @param {NodeJS.ProcessEnv} env @returns {Promise<[string, ...string[]]>}
 */
export async function fetchPnpm(root, node, env) {
  const version = readManifest(root).packageManager.replace(/^pnpm@/, '');
  const folder = join(root, '.cache', 'pnpm', version);
  if (!existsSync(folder)) {
    const onPath = await exec('pnpm', ['--version'], { cwd: root, env });
    if (onPath.code === 0 && onPath.output.trim() === version) return ['pnpm'];
    await fetchFromNpm(`pnpm ${version}`, `pnpm@${version}`, folder);
  }
  return [node, join(folder, 'node_modules', 'pnpm', 'bin', 'pnpm.mjs')];
}

/**
 * Installs the project's packages as the lock file says, unless what is there was installed from the same files.
 *
 * @param {string} root @param {[string, ...string[]]} pnpm @param {NodeJS.ProcessEnv} env @param {string} node
 */
export async function installPackages(root, pnpm, env, node) {
  const file = join(root, 'node_modules', '.install-stamp');
  const stamp = `${installStamp(root)} ${basename(dirname(dirname(node)))}`;
  if (existsSync(file) && readFileSync(file, 'utf8') === stamp) return;

  await step("installing the project's packages", async () => {
    const [command, ...args] = [...pnpm, 'install', '--frozen-lockfile', '--reporter=append-only'];
    const { code, output } = await exec(command, args, { cwd: root, env: { ...env, CI: 'true' } });
    if (code !== 0) fail(`the packages could not be installed; pnpm says:\n${lastLines(output)}`);
  });
  writeFileSync(file, stamp);
}

/**
 * Puts an npm package into the folder, whole or not at all: it is installed beside it and moved there at the end.
 *
 * @param {string} what @param {string} spec @param {string} folder
 */
async function fetchFromNpm(what, spec, folder) {
  if (existsSync(folder)) return;
  const parent = dirname(folder);
  mkdirSync(parent, { recursive: true });
  for (const left of readdirSync(parent)) if (left.endsWith('.part')) rmSync(join(parent, left), { recursive: true });

  const part = `${folder}.${process.pid}.part`;
  mkdirSync(part);
  await step(`fetching ${what}`, async () => {
    const flags = ['--no-save', '--no-audit', '--no-fund', '--ignore-scripts', '--no-package-lock', '--loglevel=error'];
    const [command, ...before] = npmCommand();
    const { code, output } = await exec(command, [...before, 'install', '--prefix', part, ...flags, spec], {
      cwd: part,
    });
    if (code === 127) fail(`${what} comes through npm, and npm was not found beside Node ${process.versions.node}.`);
    if (code !== 0)
      fail(
        `${what} could not be fetched (no network, or not built for this machine?); npm says:\n${lastLines(output)}`,
      );
  });
  renameSync(part, folder);
}

/** @returns {[string, ...string[]]} */
function npmCommand() {
  const running = process.env.npm_execpath;
  return running?.endsWith('npm-cli.js') ? [process.execPath, running] : ['npm'];
}

/** @param {string} root @returns {{ engines: { node: string }, packageManager: string }} */
function readManifest(root) {
  return JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
}

/**
 * Reads the one shape of range that the project writes, `>=24.11 <25`.
 *
 * @param {string} version @param {string} range @returns {boolean}
 */
export function satisfies(version, range) {
  const match = /^>=(\d+)\.(\d+) <(\d+)$/.exec(range);
  if (!match) return fail(`engines.node of package.json is "${range}"; write it as ">=24.11 <25".`);
  const [low = 0, lowMinor = 0, high = 0] = match.slice(1).map(Number);
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major < high && (major > low || (major === low && minor >= lowMinor));
}
