#!/usr/bin/env node
/**
 * `node tools/bootstrap.mjs <command> [args]`: fetches what the project runs on, then runs the command.
 *
 * Needs nothing but Node 20 or newer and npm. The Node of `.node-version` and the pnpm of `package.json` come as ordinary
 * npm packages into `.cache/`, the project's packages into `node_modules/`; each only when missing or changed.
 */
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fetchNode, fetchPnpm, installPackages } from './bootstrap/fetch.mjs';
import { withLock } from './bootstrap/lock.mjs';
import { exec, fail, handOver } from './bootstrap/run.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** @param {string} version */
function requireNode20(version) {
  if (Number(version.split('.')[0]) < 20) fail(`Node 20 or newer is needed to begin, and this is Node ${version}.`);
}

/** @param {string[]} argv */
async function main([command, ...args]) {
  requireNode20(process.versions.node);
  if (!command)
    fail(
      'usage: node tools/bootstrap.mjs <start|test|check|cli|contracts|engines|sandbox|format|build|pnpm> [args]',
      2,
    );

  const ready = await withLock(join(root, '.cache', 'bootstrap.lock'), async () => {
    const node = await fetchNode(root);
    const env = { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ''}` };
    const pnpm = await fetchPnpm(root, node, env);
    if (command !== 'pnpm') await installPackages(root, pnpm, env, node);
    return { node, env, pnpm };
  });

  if (command === 'pnpm')
    return exec(ready.pnpm[0], [...ready.pnpm.slice(1), ...args], { env: ready.env, attached: true });
  return handOver(ready.node, ['--conditions=source', join(root, 'tools/src/main.ts'), command, ...args], ready.env);
}

main(process.argv.slice(2)).then(
  (code) => process.exit(typeof code === 'number' ? code : code.code),
  (error) => {
    process.stderr.write(`bootstrap: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(typeof error?.exitCode === 'number' ? error.exitCode : 1);
  },
);
