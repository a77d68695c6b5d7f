import { createHash } from 'node:crypto';
import type { ApiScope } from '../contracts/scopes.ts';
import type { Client, Tenant } from './tenant.ts';

/** A tenant that names nothing of its own but what the test does. */
export function testTenant(id: string, own: Partial<Omit<Tenant, 'id'>> = {}): Tenant {
  return {
    id,
    vlens: null,
    windows: [{ calls: 10, ms: 1_000 }],
    waivedChecks: [],
    retentionMs: null,
    identityRetentionMs: null,
    expiryMs: null,
    webhook: null,
    clients: [],
    ...own,
  };
}

/** A client with one key, and no limits of its own. */
export function testClient(tenant: string, name: string, key: string, scopes: readonly ApiScope[]): Client {
  const keysSha256 = [createHash('sha256').update(key).digest()];
  return { name, tenant, keysSha256, scopes: new Set(scopes), rate: null, dailyQuota: null };
}
