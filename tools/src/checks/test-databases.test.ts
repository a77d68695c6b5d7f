import { globSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { ROOT } from '../paths.ts';

const numbers = /(?:openTestRedis\(|testRedisUrl\(|openFuzzSystem\(|\bdatabase(?::| =) )(\d+)/g;

function databasesOf(pattern: string): Map<string, Set<string>> {
  const files = globSync(pattern, { cwd: ROOT, exclude: ['**/node_modules/**', '**/.cache/**', '**/.run/**'] });
  const owners = new Map<string, Set<string>>();
  for (const file of files) {
    for (const [, database = ''] of readFileSync(`${ROOT}/${file}`, 'utf8').matchAll(numbers)) {
      owners.set(database, (owners.get(database) ?? new Set()).add(file));
    }
  }
  return owners;
}

it.each([
  ['integration', '{packages,services,tools,load}/**/*.int.test.ts', 15],
  ['whole-system', '{e2e,load}/**/*.e2e.test.ts', 15],
])(
  '%s test files that run side by side have a Redis database each: every one clears its own',
  (_, pattern, atLeast) => {
    const owners = databasesOf(pattern);
    expect(owners.size).toBeGreaterThan(atLeast);
    expect([...owners].filter(([, files]) => files.size > 1)).toEqual([]);
  },
);
