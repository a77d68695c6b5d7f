import process from 'node:process';
import { expect, test } from 'vitest';
import { readProcessUse } from './watch-processes.ts';

test('the use of this process is what Node says about it', () => {
  const blockedUntil = performance.now() + 200;
  while (performance.now() < blockedUntil);

  const { user, system } = process.cpuUsage();
  const read = readProcessUse(process.pid);

  expect(Math.abs((read?.cpuSeconds ?? 0) - (user + system) / 1e6)).toBeLessThan(0.1);
  expect(read?.residentBytes).toBeGreaterThan(20_000_000);
});

test('a process that is gone has no use', () => {
  expect(readProcessUse(2 ** 22 + 1)).toBeUndefined();
});
