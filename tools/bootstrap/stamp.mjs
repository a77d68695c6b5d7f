import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const NAMED = ['.node-version', '.npmrc', 'pnpm-lock.yaml', 'pnpm-workspace.yaml'];
const SKIPPED = new Set(['node_modules', 'dist', 'coverage', 'src']);
const DEPTH_MAX = 3;

/**
 * One hash over everything that decides what an install puts into `node_modules`: the lock file, the workspace file, every
 * manifest and every patch. Equal contents give an equal stamp, whatever the dates of the files.
 *
 * @param {string} root @returns {string}
 */
export function installStamp(root) {
  const hash = createHash('sha256');
  for (const file of [...NAMED, ...manifests(root, '', 0), ...patches(root)].sort()) {
    const path = join(root, file);
    if (existsSync(path)) hash.update(`${file}\0`).update(readFileSync(path)).update('\0');
  }
  return hash.digest('hex');
}

/** @param {string} root @param {string} folder @param {number} depth @returns {string[]} */
function manifests(root, folder, depth) {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isFile()) return entry.name === 'package.json' ? [path] : [];
    const enter = entry.isDirectory() && depth < DEPTH_MAX && !entry.name.startsWith('.') && !SKIPPED.has(entry.name);
    return enter ? manifests(root, path, depth + 1) : [];
  });
}

/** @param {string} root @returns {string[]} */
function patches(root) {
  const folder = join(root, 'patches');
  return existsSync(folder) ? readdirSync(folder).map((name) => join('patches', name)) : [];
}
