import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openRunFolder } from './run-folder.ts';

let base: string;

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'run-folder-'));
});

afterEach(() => rmSync(base, { recursive: true }));

test('the folder of a crashed run is deleted by the next run of that name, all others stay', () => {
  const deadPid = spawnSync(process.execPath, ['-e', '']).pid;
  const stale = join(base, `test-${deadPid}-x`);
  const kept = [join(base, `start-${deadPid}-x`), join(base, `test-${process.pid}-x`), join(base, 'logs')];
  for (const path of [stale, ...kept]) mkdirSync(path);

  openRunFolder(base, 'test');

  expect(existsSync(stale)).toBe(false);
  expect(kept.every((path) => existsSync(path))).toBe(true);
});

test('two folders of one process and name are two', () => {
  expect(openRunFolder(base, 'test').path).not.toBe(openRunFolder(base, 'test').path);
});

test('a removed folder is gone and may be removed again', () => {
  const folder = openRunFolder(base, 'test');

  folder.remove();
  folder.remove();

  expect(existsSync(folder.path)).toBe(false);
});
