import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CapturesClient, type CaptureView } from './support/captures-client.ts';
import { openTestSystem, type TestSystem } from './support/test-system.ts';

/** So many calls in any second for each tenant. */
const callsPerSecond = 5;
const flood = 40;

let folder: string;
let system: TestSystem;
let acme: CapturesClient;
let globex: CapturesClient;

const tenant = (name: string) => ({
  vlens: { apiKey: { env: `${name.toUpperCase()}_KEY` } },
  windows: `${callsPerSecond}/1s`,
  clients: {
    portal: {
      keys: [createHash('sha256').update(`key-of-${name}`).digest('hex')],
      scopes: ['captures:write', 'captures:read'],
    },
  },
});

async function writeTenants(...names: readonly string[]): Promise<void> {
  const tenants = Object.fromEntries(names.map((name) => [name, tenant(name)]));
  await writeFile(join(folder, 'next'), JSON.stringify({ tenants }));
  await rename(join(folder, 'next'), join(folder, 'tenants.json'));
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'e2e-tenants-file-'));
  await writeTenants('acme', 'globex');
  const common = {
    TENANTS_FILE: join(folder, 'tenants.json'),
    TENANTS_RELOAD_MS: '100',
    TENANT_ID: '',
    API_CLIENTS: '',
    ACME_KEY: 'vlens-acme',
    GLOBEX_KEY: 'vlens-globex',
  };
  system = await openTestSystem({
    name: 'tenants',
    database: 52,
    env: {
      sandbox: {
        HOST: '127.0.0.1',
        PORT: '0',
        API_KEYS: 'vlens-acme,vlens-globex',
        RATE_WINDOWS: `${callsPerSecond}/1s`,
      },
      api: { ...common, AUDIT_LOG: join(folder, 'audit.log') },
      worker: common,
    },
  });
  acme = new CapturesClient(system.system.apiUrl, 'key-of-acme');
  globex = new CapturesClient(system.system.apiUrl, 'key-of-globex');
});
afterAll(async () => {
  await system?.close();
  await rm(folder, { recursive: true, force: true });
});

const submit = (client: CapturesClient, count: number, change: Record<string, string>): Promise<string[]> =>
  Promise.all(Array.from({ length: count }, () => client.link('0000', change)));
const readAll = (client: CapturesClient, ids: readonly string[]): Promise<CaptureView[]> =>
  Promise.all(ids.map((id) => client.read(id)));
const ended = (views: readonly CaptureView[]): number => views.filter(({ status }) => status === 'verified').length;

it('while one tenant floods, another gets all of its own budget, and people go before bulk', async () => {
  const bulk = await submit(acme, flood, { lane: 'bulk' });
  const startedAt = Date.now();
  const [others, people] = await Promise.all([
    submit(globex, 2 * callsPerSecond, { lane: 'bulk' }),
    submit(acme, callsPerSecond, { lane: 'interactive' }),
  ]);
  await system.until(
    () => readAll(globex, others),
    (views) => ended(views) === others.length,
  );
  await system.until(
    () => readAll(acme, people),
    (views) => ended(views) === people.length,
  );
  // Two seconds' budget, and time to start and to be seen; the flood takes 11 s of its own.
  expect(Date.now() - startedAt).toBeLessThan(6_000);
  expect(ended(await readAll(acme, bulk))).toBeLessThan(flood / 2);
  await system.until(
    () => readAll(acme, bulk),
    (views) => ended(views) === flood,
    30_000,
  );
  const calls = await system.sandbox.calls();
  expect(calls).toHaveLength(flood + others.length + people.length);
  expect(calls.filter(({ status }) => status === 429)).toEqual([]);
});

it('a tenant that is taken out is refused at once; what it has open waits for it, and ends when it is back', async () => {
  const open = await submit(acme, 3 * callsPerSecond, { lane: 'bulk' });
  await writeTenants('globex');
  await system.until(
    async () => (await acme.ask('/v1/captures')).status,
    (status) => status === 401,
  );
  const health = async () =>
    (await (await fetch(`${system.system.workerUrl}/readyz`)).json()) as {
      provider: Partial<Record<string, { served: boolean; waiting: number }>>;
    };
  const { provider } = await system.until(health, ({ provider: { acme: gate } }) => gate?.served === false);
  const waiting = provider['acme']?.waiting ?? 0;
  expect(waiting).toBeGreaterThan(0);
  expect(await globex.read((await submit(globex, 1, {}))[0] ?? '', '10s')).toMatchObject({ status: 'verified' });
  await writeTenants('acme', 'globex');
  await system.until(
    async () => (await acme.ask('/v1/captures')).status,
    (status) => status === 200,
  );
  // One that came to its turn meanwhile looks again after a minute; those that wait for theirs are woken.
  await system.until(
    () => readAll(acme, open),
    (views) => ended(views) >= waiting,
  );
  const states = (await readAll(acme, open)).map(({ status }) => status);
  expect(states.filter((status) => !['queued', 'processing', 'verified'].includes(status))).toEqual([]);
});

it('who submitted is accounted for, each capture once', async () => {
  const lines = (await readFile(join(folder, 'audit.log'), 'utf8')).trimEnd().split('\n');
  const entries = lines.map((line) => JSON.parse(line) as { tenant: string; action: string; object: string });
  const submissions = entries.filter(({ action }) => action === 'capture.submit');
  expect(new Set(submissions.map(({ object }) => object)).size).toBe(submissions.length);
  const calls = await system.sandbox.calls();
  expect(submissions.length).toBeGreaterThanOrEqual(calls.length);
  expect(new Set(submissions.map(({ tenant: name }) => name))).toEqual(new Set(['acme', 'globex']));
});
