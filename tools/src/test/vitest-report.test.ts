import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readCounts, sum } from './vitest-report.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'report-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

function reported(report: object): string {
  const file = join(folder, 'report.json');
  writeFileSync(file, JSON.stringify(report));
  return file;
}

const counted = { success: true, numPassedTests: 5, numFailedTests: 0, numPendingTests: 1, numTodoTests: 1 };

test('skipped and unwritten tests count as skipped', () => {
  expect(readCounts(reported(counted))).toEqual({ passed: 5, failed: 0, skipped: 2 });
});

test('a run that failed outside its tests counts as a failure', () => {
  expect(readCounts(reported({ ...counted, success: false })).failed).toBe(1);
});

test('a report that was never written counts as a failure', () => {
  expect(readCounts(join(folder, 'none.json'))).toEqual({ passed: 0, failed: 1, skipped: 0 });
});

test('stages add up', () => {
  const parts = [
    { passed: 1, failed: 2, skipped: 3 },
    { passed: 10, failed: 20, skipped: 30 },
  ];
  expect(sum(parts)).toEqual({ passed: 11, failed: 22, skipped: 33 });
});
