import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openTenants } from '@identity-events/shared/tenants/open-tenants';
import type { Tenants } from '@identity-events/shared/tenants/tenant';
import { expect, it, onTestFinished } from 'vitest';
import { root } from './env-file.ts';

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** Opens the example as a process of a kind would, with the secrets it refers to; its mounted secret is in another place here. */
async function open(calls: 'captures' | 'evidence'): Promise<Tenants> {
  const folder = mkdtempSync(join(tmpdir(), 'tenants-file-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const [file, secret] = [join(folder, 'tenants.yaml'), join(folder, 'acme-vlens-admin')];
  copyFileSync(join(root, 'tenants.example.yaml'), file);
  writeFileSync(file, readFileSync(file, 'utf8').replace('/run/secrets/acme-vlens-admin', secret));
  writeFileSync(secret, 'password\n');
  const releases = {
    onStop: (_: string, release: () => Promise<unknown>) => onTestFinished(async () => void (await release())),
  };
  return openTenants(
    { file, everyMs: 60_000 },
    {
      env: { ACME_VLENS_API_KEY: 'acme-key', ACME_WEBHOOK_KEY: 'signing-key', GLOBEX_VLENS_API_KEY: 'globex-key' },
      calls,
      defaults: { baseUrl: 'https://api.vlenseg.com', windows: [{ calls: 10, ms: 1_000 }] },
      logger: silent,
      releases,
    },
  );
}

it('the example is a valid tenants file for a worker and for an API', async () => {
  const [worker, api] = [await open('captures'), await open('evidence')];
  expect(worker.all().map(({ id, vlens }) => [id, vlens?.apiKey])).toEqual([
    ['acme', 'acme-key'],
    ['globex', 'globex-key'],
  ]);
  expect(api.all().map(({ id, vlens }) => [id, vlens?.admin?.password])).toEqual([
    ['acme', 'password'],
    ['globex', undefined],
  ]);
  expect(api.tenantOf('acme')?.webhook?.signingKeys).toEqual(['signing-key']);
});
