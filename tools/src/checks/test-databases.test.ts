import { globSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { ROOT } from '../paths.ts';

const numbers = /(?:openTestRedis\(|testRedisUrl\(|\bdatabase(?::| =) )(\d+)/g;

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

it('test files that run side by side have a Redis database each: every one clears its own', () => {
  const owners = databasesOf('{packages,services,tools,load}/**/*.int.test.ts');
  expect(owners.size).toBeGreaterThan(15);
  expect([...owners].filter(([, files]) => files.size > 1)).toEqual([]);
});
