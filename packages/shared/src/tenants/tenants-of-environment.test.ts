import { expect, it } from 'vitest';
import { readTenants } from './read-tenants.ts';
import { apiClients, tenantsOfEnvironment } from './tenants-of-environment.ts';

const hash = 'ab'.repeat(32);
const other = 'cd'.repeat(32);
const env = { VLENS_API_KEY: 'api-key', VLENS_ADMIN_PASSWORD: 'pass word' };
const defaults = { baseUrl: 'https://vlens.example', windows: [{ calls: 10, ms: 1_000 }] };
const read = (config: Parameters<typeof tenantsOfEnvironment>[0], calls: 'captures' | 'evidence') =>
  readTenants(tenantsOfEnvironment({ TENANT_ID: 'demo', ...config }), { env, calls, defaults });
const admin = { VLENS_TENANCY_NAME: 'tenancy', VLENS_ADMIN_USER: 'service' };

it.each([
  ['none', `portal:${hash}`, ['captures:write', 'captures:read']],
  ['one', `portal:${hash}:evidence:read`, ['evidence:read']],
  ['two', `portal:${hash}:evidence:read+ops`, ['evidence:read', 'ops']],
])('a client of API_CLIENTS with %s of the scopes', async (_, setting, scopes) => {
  expect(apiClients.safeParse(setting).success).toBe(true);
  const [tenant] = await read({ API_CLIENTS: setting }, 'evidence');
  expect(tenant?.clients).toEqual([
    {
      name: 'portal',
      tenant: 'demo',
      keysSha256: [Buffer.from(hash, 'hex')],
      scopes: new Set(scopes),
      rate: null,
      dailyQuota: null,
    },
  ]);
});

it('entries with and without scopes stand side by side', async () => {
  const [tenant] = await read({ API_CLIENTS: `a:${hash},b:${other}:evidence:read` }, 'evidence');
  expect(tenant?.clients.map(({ name, scopes }) => [name, scopes.size])).toEqual([
    ['a', 2],
    ['b', 1],
  ]);
});

it('a client named twice has two keys', async () => {
  const [tenant] = await read({ API_CLIENTS: `a:${hash},a:${other}` }, 'evidence');
  expect(tenant?.clients.map(({ keysSha256 }) => keysSha256.length)).toEqual([2]);
});

it.each([
  `portal:${hash}:`,
  `portal:${hash}:evidence`,
  `portal:${hash}:evidence:write`,
  `portal:${hash}:evidence:read+`,
  `portal:${hash}:evidence:read captures:read`,
  `portal:${hash}+evidence:read`,
  `portal:${hash},`,
  `portal:${hash}:ops,portal:${other}`,
])('%s is no API_CLIENTS', (setting) => {
  expect(apiClients.safeParse(setting).success).toBe(false);
});

it('a worker holds the ApiKey, and no password', async () => {
  const [tenant] = await read(admin, 'captures');
  expect(tenant?.vlens).toEqual({ baseUrl: 'https://vlens.example', apiKey: 'api-key', admin: null });
});

it('an API holds the whole account where evidence is set up, and no secret elsewhere', async () => {
  expect((await read(admin, 'evidence'))[0]?.vlens).toEqual({
    baseUrl: 'https://vlens.example',
    apiKey: 'api-key',
    admin: { tenancyName: 'tenancy', user: 'service', password: 'pass word' },
  });
  expect((await read({}, 'evidence'))[0]?.vlens).toBeNull();
});

it('the webhook has two secrets while they are exchanged, and asks for signature and source when told to', async () => {
  const secrets = `${hash},${other}`;
  const [plain] = await read({ VLENS_WEBHOOK_SECRETS: secrets }, 'evidence');
  const secretsSha256 = [Buffer.from(hash, 'hex'), Buffer.from(other, 'hex')];
  expect(plain?.webhook).toEqual({ secretsSha256, signingKeys: [], sources: null });
  const settings = {
    VLENS_WEBHOOK_SECRETS: hash,
    VLENS_WEBHOOK_SIGNING_KEY: 'new',
    VLENS_WEBHOOK_OLD_SIGNING_KEY: 'old',
    VLENS_WEBHOOK_SOURCES: ['192.0.2.0/24'],
  };
  const keys = { VLENS_WEBHOOK_SIGNING_KEY: 'new key', VLENS_WEBHOOK_OLD_SIGNING_KEY: 'old key' };
  const [whole] = await readTenants(tenantsOfEnvironment({ TENANT_ID: 'demo', ...settings }), {
    env: { ...env, ...keys },
    calls: 'evidence',
    defaults,
  });
  expect(whole?.webhook).toMatchObject({ signingKeys: ['new key', 'old key'], sources: ['192.0.2.0/24'] });
});

it('a process that takes no webhooks knows nothing of them', async () => {
  const [tenant] = await read({ VLENS_WEBHOOK_SECRETS: hash, VLENS_WEBHOOK_SIGNING_KEY: 'not looked up' }, 'captures');
  expect(tenant?.webhook).toBeNull();
});
