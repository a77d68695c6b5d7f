import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readFileSeconds, slowestFiles } from './slowest-files.ts';

test('the ten files that took longest are told, the longest first', () => {
  const files = Array.from({ length: 12 }, (_, n) => ({ file: `${n}.test.ts`, seconds: n }));
  const lines = slowestFiles(files);
  expect(lines).toHaveLength(10);
  expect(lines[0]).toBe('   11.0 s  11.test.ts');
  expect(lines.at(-1)).toBe('    2.0 s  2.test.ts');
});

test('a run that wrote nothing tells of no file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'seconds-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'seconds.json');
  expect(readFileSeconds(file)).toEqual([]);
  writeFileSync(file, '[{"file":"a.test.ts","seconds":1}]');
  expect(readFileSeconds(file)).toEqual([{ file: 'a.test.ts', seconds: 1 }]);
});
