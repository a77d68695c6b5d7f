import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fetchPromtool } from '@identity-events/tools/engines/promtool';
import { beforeAll, expect, it, onTestFinished } from 'vitest';
import { parse } from 'yaml';
import { root } from '../env-file.ts';

interface Rules {
  readonly groups: readonly { readonly rules: readonly { readonly alert: string; readonly expr: string }[] }[];
}

const folder = import.meta.dirname;
const read = (file: string): string => readFileSync(join(folder, file), 'utf8');
const alerts = (parse(read('alerts.yml')) as Rules).groups.flatMap(({ rules }) => rules.map(({ alert }) => alert));
let program: string;

beforeAll(async () => {
  program = await fetchPromtool(() => undefined);
}, 300_000);

function promtool(args: readonly string[], cwd = folder): { ok: boolean; output: string } {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd, encoding: 'utf8', timeout: 60_000 });
  return { ok: status === 0, output: stdout + stderr };
}

it('Prometheus takes its configuration with the rules', () => {
  const { ok, output } = promtool(['check', 'config', 'prometheus.yml']);
  expect(output).toContain(`${alerts.length} rules found`);
  expect(ok, output).toBe(true);
});

it('each alert fires for what it is there for, and none while all is well', () => {
  const { ok, output } = promtool(['test', 'rules', 'alerts.unit.yml']);
  expect(ok, output).toBe(true);
  const tested = [...read('alerts.unit.yml').matchAll(/alertname="(\w+)"/g)].map(([, alert]) => alert);
  expect(tested).toEqual(alerts);
});

it.each([
  ['an alert that comes late', 'for: 2m', 'for: 60m'],
  ['an alert that never comes', 'outbox_oldest_seconds) > 60', 'outbox_oldest_seconds) > 60000'],
  ['an alert that comes without cause', 'queue_jobs{state="failed"}) > 0', 'queue_jobs{state="waiting"}) > 0'],
])('%s is noticed', (_fault, part, instead) => {
  const copy = mkdtempSync(join(tmpdir(), 'alerts-'));
  onTestFinished(() => rmSync(copy, { recursive: true }));
  cpSync(folder, copy, { recursive: true, filter: (path) => !path.includes('node_modules') });
  expect(read('alerts.yml')).toContain(part);
  writeFileSync(join(copy, 'alerts.yml'), read('alerts.yml').replaceAll(part, instead));
  expect(promtool(['test', 'rules', 'alerts.unit.yml'], copy).ok).toBe(false);
});

it('docs/operations.md says what to do about each alert', () => {
  const page = readFileSync(join(root, 'docs/operations.md'), 'utf8');
  expect([...page.matchAll(/^### (IdentityEvents\w+)$/gm)].map(([, alert]) => alert)).toEqual(alerts);
});
