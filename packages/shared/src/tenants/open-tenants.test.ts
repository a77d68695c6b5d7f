import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { createLifecycle } from '../runtime/lifecycle.ts';
import type { Logger } from '../runtime/logger.ts';
import { openTenants } from './open-tenants.ts';

const hashes = ['ab', 'cd', 'ef'].map((byte) => byte.repeat(32));
const [first = '', second = '', third = ''] = hashes;
const tenant = (key: string, ...keys: string[]): string => `
    vlens: { baseUrl: https://vlens.example, apiKey: { env: ${key} } }
    clients: { portal: { keys: [${keys.join(', ')}], scopes: [captures:read] } }`;
const demo = `tenants:\n  demo:${tenant('DEMO', first)}\n`;

async function openFixture(text: string) {
  const folder = await mkdtemp(join(tmpdir(), 'tenants-'));
  const file = join(folder, 'tenants.yaml');
  const write = async (next: string): Promise<void> => {
    await writeFile(`${file}.new`, next);
    await rename(`${file}.new`, file);
  };
  await write(text);
  const lines: { level: string; message: string; problem?: unknown; added?: unknown; removed?: unknown }[] = [];
  const line =
    (level: string): Logger['info'] =>
    (message, fields) =>
      void lines.push({ level, message, ...fields });
  const logger: Logger = { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') };
  const lifecycle = createLifecycle(logger);
  onTestFinished(async () => {
    await lifecycle.stop(1_000);
    await rm(folder, { recursive: true });
  });
  const open = () =>
    openTenants(
      { file, everyMs: 20 },
      {
        env: { DEMO: 'demo-key', OTHER: 'other-key' },
        calls: 'captures',
        defaults: { baseUrl: undefined, windows: [{ calls: 10, ms: 1_000 }] },
        logger,
        releases: lifecycle,
      },
    );
  return { open, write, lines };
}
const key = (hex: string): Buffer => Buffer.from(hex, 'hex');

it('a client is found by each of its keys, and by no other', async () => {
  const { open } = await openFixture(`tenants:\n  demo:${tenant('DEMO', first, second)}\n`);
  const tenants = await open();
  expect(tenants.clientOf(key(first))).toMatchObject({ name: 'portal', tenant: 'demo' });
  expect(tenants.clientOf(key(second))).toBe(tenants.clientOf(key(first)));
  expect(tenants.clientOf(key(third))).toBeUndefined();
  expect(tenants.clientOf(key(first.replace(/b$/, 'c')))).toBeUndefined();
});

it('JSON is taken as well', async () => {
  const json = { tenants: { demo: { vlens: { baseUrl: 'https://vlens.example', apiKey: { env: 'DEMO' } } } } };
  const { open } = await openFixture(JSON.stringify(json));
  expect((await open()).tenantOf('demo')?.vlens?.apiKey).toBe('demo-key');
});

it('a change takes effect without a restart; what it leaves alone stays the same object', async () => {
  const { open, write, lines } = await openFixture(demo);
  const tenants = await open();
  const account = tenants.tenantOf('demo')?.vlens;
  await write(`tenants:\n  demo:${tenant('DEMO', second)}\n  other:${tenant('OTHER', third)}\n`);
  await vi.waitFor(() => expect(tenants.clientOf(key(second))?.tenant).toBe('demo'));
  expect(tenants.clientOf(key(first))).toBeUndefined();
  expect(tenants.clientOf(key(third))?.tenant).toBe('other');
  expect(tenants.tenantOf('demo')?.vlens).toBe(account);
  expect(lines.at(-1)).toMatchObject({ level: 'info', message: 'tenants.changed', added: 'other', removed: '' });
});

it('a tenant that is taken out is no longer served, and said so aloud', async () => {
  const { open, write, lines } = await openFixture(`${demo}  other:${tenant('OTHER', third)}\n`);
  const tenants = await open();
  await write(demo);
  await vi.waitFor(() => expect(tenants.tenantOf('other')).toBeUndefined());
  expect(tenants.clientOf(key(third))).toBeUndefined();
  expect(lines.at(-1)).toMatchObject({ level: 'warn', message: 'tenants.changed', removed: 'other' });
});

it.each([
  ['not valid', 'tenants: { demo: { vlens: { apiKey: hunter2 } } }', 'tenants.demo.vlens.apiKey: must be'],
  ['neither YAML nor JSON', 'tenants: [hunter2', 'it is neither YAML nor JSON'],
  ['empty', '', 'the file: '],
  ['too large', `#${'x'.repeat(1024 * 1024)}`, 'it is larger than 1048576 bytes'],
])('a version that is %s is refused once and aloud, without its words, and the old one stays', async (_, text, why) => {
  const { open, write, lines } = await openFixture(demo);
  const tenants = await open();
  await write(text);
  const refusals = () => lines.filter(({ message }) => message === 'tenants.refused');
  await vi.waitFor(() => expect(refusals()).toHaveLength(1));
  expect(refusals()[0]).toMatchObject({ level: 'error', problem: expect.stringContaining(why) });
  expect(JSON.stringify(lines)).not.toContain('hunter2');
  expect(tenants.clientOf(key(first))?.tenant).toBe('demo');
  await write(demo.replace(first, second));
  await vi.waitFor(() => expect(tenants.clientOf(key(second))?.tenant).toBe('demo'));
  expect(refusals()).toHaveLength(1);
});

it.each([
  ['not valid', 'tenants: {}'],
  ['not YAML', '{'],
])('there is no start with a file that is %s', async (_, text) => {
  const { open } = await openFixture(text);
  await expect(open()).rejects.toMatchObject({ code: 'tenants_invalid', retriable: false });
});
