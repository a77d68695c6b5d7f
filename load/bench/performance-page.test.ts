import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { describeMachine } from '../src/measure/machine.ts';
import { atLeast, atMost, type Finding } from './finding.ts';
import { writePerformancePage } from './performance-page.ts';

const finding: Finding = {
  name: 'accept',
  title: 'Accepting',
  how: 'Somehow.',
  verdicts: [atLeast('of Express', 0.801, 0.75), atMost('p99', 60, 50, ' ms')],
  table: { head: ['', 'per second'], rows: [['ours', '1,234']] },
};

test('a run replaces the figures of the one before and leaves the rest of the page alone', () => {
  const folder = mkdtempSync(join(tmpdir(), 'page-'));
  const path = join(folder, 'performance.md');
  try {
    const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'performance.md'), 'utf8');
    writeFileSync(path, `${page}after`);
    writePerformancePage(path, [finding, finding], describeMachine(), 12);
    writePerformancePage(path, [finding], describeMachine(), 12);

    const written = readFileSync(path, 'utf8');
    expect(written).toContain('| Accepting | of Express | at least 0.75 | 0.801 | yes |');
    expect(written).toContain('| Accepting | p99 | at most 50 ms | 60 ms | **no** |');
    expect(written.match(/### Accepting/g)).toHaveLength(1);
    expect(written.startsWith('# How fast it is')).toBe(true);
    expect(written.endsWith('after')).toBe(true);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
