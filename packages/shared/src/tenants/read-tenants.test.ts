import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { type ReadTenantsOptions, readTenants } from './read-tenants.ts';

const hash = 'ab'.repeat(32);
const account = { baseUrl: 'https://vlens.example', apiKey: { env: 'KEY' } };
const options: ReadTenantsOptions = {
  env: { KEY: 'api-key', OTHER: 'other-key', ODD: 'two\nlines' },
  calls: 'captures',
  defaults: { baseUrl: undefined, windows: [{ calls: 10, ms: 1_000 }] },
};
const one = (settings: object) => ({ tenants: { demo: { vlens: account, ...settings } } });
const client = (settings: object) => one({ clients: { portal: { keys: [hash], scopes: ['ops'], ...settings } } });

it('a tenant that names nothing has the defaults, and every check blocks', async () => {
  expect(await readTenants(one({}), options)).toEqual([
    {
      id: 'demo',
      vlens: { baseUrl: 'https://vlens.example', apiKey: 'api-key', admin: null },
      windows: [{ calls: 10, ms: 1_000 }],
      waivedChecks: [],
      retentionMs: null,
      identityRetentionMs: null,
      expiryMs: null,
      webhook: null,
      clients: [],
    },
  ]);
});

it('a tenant has what it names', async () => {
  const settings = { windows: '5/1s', waivedChecks: ['aml'], retention: '90d', identityRetention: '0s', expiry: '12h' };
  expect((await readTenants(one(settings), options))[0]).toMatchObject({
    windows: [{ calls: 5, ms: 1_000 }],
    waivedChecks: ['aml'],
    retentionMs: 90 * 86_400_000,
    identityRetentionMs: 0,
    expiryMs: 12 * 3_600_000,
  });
});

it('a client has the limits that it names', async () => {
  const [tenant] = await readTenants(client({ rate: '50/1m', dailyQuota: 1_000 }), options);
  expect(tenant?.clients[0]).toMatchObject({ rate: { count: 50, ms: 60_000 }, dailyQuota: 1_000 });
});

it('a secret is looked up in its file, without the line break at its end', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tenants-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'key'), 'from-file\n');
  const vlens = { ...account, apiKey: { file: join(folder, 'key') } };
  expect((await readTenants(one({ vlens }), options))[0]?.vlens?.apiKey).toBe('from-file');
});

const vlens = (settings: object) => one({ vlens: { ...account, ...settings } });

it.each<[string, object, string]>([
  ['no tenants', {}, 'tenants: '],
  ['an empty list', { tenants: {} }, 'tenants: must name a tenant'],
  ['a name that is none', { tenants: { Demo: { vlens: account } } }, 'tenants.Demo: the name must be lowercase'],
  ['an unknown setting', one({ window: '1/1s' }), 'tenants.demo: window is not a setting'],
  ['a secret in the file', vlens({ apiKey: 'hunter2' }), 'tenants.demo.vlens.apiKey: must be { env: <variable> }'],
  ['a variable that is not set', vlens({ apiKey: { env: 'NONE' } }), 'apiKey: the variable NONE is not set'],
  ['a secret of two lines', vlens({ apiKey: { env: 'ODD' } }), 'apiKey: ODD does not hold one line'],
  ['a webhook without a secret', one({ webhook: { secrets: [] } }), 'webhook.secrets: must hold the hash'],
  [
    'a source that is none',
    one({ webhook: { secrets: [hash], sources: ['vlens.example'] } }),
    'webhook.sources.0: must be an IP address or a subnet',
  ],
  ['a missing file', vlens({ apiKey: { file: '/nowhere/key' } }), '/nowhere/key can not be read (ENOENT)'],
  ['a relative path', vlens({ apiKey: { file: 'key' } }), 'tenants.demo.vlens.apiKey.file: must be an absolute path'],
  ['no address', vlens({ baseUrl: undefined }), 'tenants.demo.vlens.baseUrl: is missing'],
  ['another protocol', vlens({ baseUrl: 'file:///etc' }), 'tenants.demo.vlens.baseUrl: must be an http'],
  [
    'an account without its tenancy',
    vlens({ admin: { user: 'x', password: { env: 'KEY' } } }),
    'tenants.demo.vlens.tenancyName: is missing, and evidence needs it',
  ],
  ['windows that are none', one({ windows: '10' }), 'tenants.demo.windows: must be like 10/1s,60/1m'],
  ['a check that always blocks', one({ waivedChecks: ['identity_confirmed'] }), 'waivedChecks.0: must be of document_'],
  ['a span that is none', one({ retention: '90' }), 'tenants.demo.retention: must be like 30d'],
  ['a span out of its limits', one({ expiry: '8d' }), 'tenants.demo.expiry: must be from 1s to 7d'],
  ['a key instead of its hash', client({ keys: ['my-key'] }), 'clients.portal.keys.0: must be the SHA-256 of a key'],
  ['three keys', client({ keys: [hash, hash, hash] }), 'clients.portal.keys: must be two keys at the most'],
  ['an unknown scope', client({ scopes: ['all'] }), 'clients.portal.scopes.0: must be of captures:write'],
  ['a rate that is none', client({ rate: 50 }), 'clients.portal.rate: must be like 50/1s'],
  ['a rate over more than a day', client({ rate: '1/25h' }), 'clients.portal.rate: must be over a day at most'],
  ['a quota that is none', client({ dailyQuota: 0.5 }), 'clients.portal.dailyQuota: must be a whole number'],
  ['no scope', client({ scopes: [] }), 'clients.portal.scopes: must name a scope'],
  [
    'two clients with one key',
    one({ clients: { a: { keys: [hash], scopes: ['ops'] }, b: { keys: [hash], scopes: ['ops'] } } }),
    'tenants.demo.clients.b.keys: holds a key that tenants.demo.clients.a.keys holds, too',
  ],
  [
    'two tenants with one account',
    { tenants: { demo: { vlens: account }, other: { vlens: account } } },
    'tenants.other.vlens.apiKey: is that of the tenant demo, too',
  ],
])('is refused for %s, with a sentence that names the place and quotes no value', async (_, unchecked, sentence) => {
  const refusal = await readTenants(unchecked, options).then(
    () => expect.fail('was taken'),
    (error: Error) => error.message,
  );
  expect(refusal).toContain(sentence);
  expect(refusal).not.toMatch(/hunter2|my-key|two\nlines/);
});

it('names every fault at once', async () => {
  const bad = { ...account, apiKey: 'hunter2' };
  const unchecked = { tenants: { demo: { vlens: bad, windows: '1' }, other: { vlens: bad } } };
  const paths = ['tenants.demo.vlens.apiKey', 'tenants.demo.windows', 'tenants.other.vlens.apiKey'];
  for (const path of paths) await expect(readTenants(unchecked, options)).rejects.toThrow(`  ${path}: `);
});
