import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { providerRoutes } from './provider/routes.ts';
import { scenarios } from './scenarios/scenario-table.ts';
import { changeableSettingsSchema, settingsSchema, variableOf } from './settings.ts';

const lines = readFileSync(new URL('../README.md', import.meta.url), 'utf8').split('\n');

/** The body of the README's table whose first header is that, cell by cell. */
function tableUnder(header: string): string[][] {
  const table = lines.slice(lines.findIndex((line) => cellsOf(line)[0] === header) + 2);
  const end = table.findIndex((line) => !line.startsWith('|'));
  return table.slice(0, end).map(cellsOf);
}

function cellsOf(line: string): string[] {
  const cells = line.split('|').slice(1, -1);
  return cells.map((cell) => cell.trim());
}

test('the README’s scenarios are those of the code', () => {
  expect(tableUnder('NNNN')).toEqual(
    scenarios.map(({ number, name, carriedBy, meaning }) => [number, `\`${name}\``, carriedBy, meaning]),
  );
});

test('the README’s settings are those of the code, the changeable ones first', () => {
  const defaults: Record<string, unknown> = { ...settingsSchema.parse({}), latency: 'fixed:0', rateWindows: '' };
  expect(tableUnder('variable')).toEqual(
    Object.entries(settingsSchema.shape).map(([name, { description = '' }]) => [
      `\`${variableOf(name)}\``,
      String(defaults[name]),
      description,
    ]),
  );
  expect(Object.keys(changeableSettingsSchema.shape)).toHaveLength(10);
});

test('the README’s endpoints are those of the code', () => {
  expect(tableUnder('endpoint')).toEqual(
    providerRoutes.map(({ endpoint, method, path, bearer }) => [`\`${endpoint}\``, `\`${method} ${path}\``, bearer]),
  );
});
