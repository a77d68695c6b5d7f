import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { satisfies } from '../bootstrap/fetch.mjs';
import { withLock } from '../bootstrap/lock.mjs';
import { installStamp } from '../bootstrap/stamp.mjs';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bootstrap-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

function write(file: string, text: string): void {
  mkdirSync(dirname(join(folder, file)), { recursive: true });
  writeFileSync(join(folder, file), text);
}

test('processes that want one lock have it one after the other', async () => {
  const lock = join(folder, 'lock');
  const log = join(folder, 'log');
  const script = `
    import { appendFileSync } from 'node:fs';
    import { withLock } from ${JSON.stringify(join(import.meta.dirname, '../bootstrap/lock.mjs'))};
    await withLock(${JSON.stringify(lock)}, async () => {
      appendFileSync(${JSON.stringify(log)}, 'in ');
      await new Promise((resolve) => setTimeout(resolve, 20));
      appendFileSync(${JSON.stringify(log)}, 'out ');
    });`;
  const contenders = [1, 2, 3, 4].map(() => spawn(process.execPath, ['--input-type=module', '-e', script]));

  await Promise.all(contenders.map((child) => once(child, 'exit')));

  expect(readFileSync(log, 'utf8')).toBe('in out '.repeat(contenders.length));
  expect(existsSync(lock)).toBe(false);
});

test('the lock of a process that died is taken over', async () => {
  const lock = join(folder, 'lock');
  writeFileSync(lock, String(spawnSync(process.execPath, ['-e', '']).pid));

  expect(await withLock(lock, () => Promise.resolve('mine'))).toBe('mine');
});

test('a task that fails gives its lock back', async () => {
  const lock = join(folder, 'lock');

  await expect(withLock(lock, () => Promise.reject(new Error('no')))).rejects.toThrow('no');

  expect(existsSync(lock)).toBe(false);
});

test('the stamp changes with every file that decides an install', () => {
  const seen = new Set([installStamp(folder)]);
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'services/api/package.json', 'patches/a.patch']) {
    write(file, 'one');
    seen.add(installStamp(folder));
    write(file, 'two');
    seen.add(installStamp(folder));
  }
  expect(seen.size).toBe(9);
});

test('the stamp stays the same whatever lies in node_modules, sources and caches', () => {
  const before = installStamp(folder);
  for (const file of ['node_modules/a/package.json', '.cache/a/package.json', 'services/api/src/main.ts'])
    write(file, 'x');

  expect(installStamp(folder)).toBe(before);
});

test.each([
  ['24.11.0', true],
  ['24.21.0', true],
  ['24.10.9', false],
  ['25.0.0', false],
  ['20.20.2', false],
])('Node %s satisfies the range: %s', (version, expected) => {
  expect(satisfies(version, '>=24.11 <25')).toBe(expected);
});
