import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from '../paths.ts';

const folder = join(ROOT, 'docs', 'adr');
const decisions = readdirSync(folder).sort();

it('decisions are numbered from 1, each number once', () => {
  expect(decisions.map((file) => Number(file.slice(0, 4)))).toEqual(decisions.map((_, index) => index + 1));
});

it.each(decisions)('%s has its number and its state on top', (file) => {
  const [title, , status] = readFileSync(join(folder, file), 'utf8').split('\n');
  expect(title).toMatch(new RegExp(`^# ${Number(file.slice(0, 4))}\\. \\S`));
  expect(status).toMatch(/^Status: (accepted|superseded by \[\d+\]\(\d{4}-[a-z-]+\.md\))$/);
});
