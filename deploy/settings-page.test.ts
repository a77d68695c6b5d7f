import { join } from 'node:path';
import { expect, it } from 'vitest';
import { root, variablesOfSchemas } from './env-file.ts';
import { settingsPage } from './settings-page.ts';

it('docs/settings.md is what the schemas say', async () => {
  await expect(settingsPage()).toMatchFileSnapshot(join(root, 'docs/settings.md'));
});

it('each setting has a row that says what it is for', () => {
  const rows = settingsPage().split('\n');
  for (const { name } of variablesOfSchemas()) {
    expect(
      rows.filter((row) => new RegExp(`^\\| \`${name}\` \\| .* \\| .{10,} \\|$`).test(row)),
      name,
    ).not.toEqual([]);
  }
});
