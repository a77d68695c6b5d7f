import { timingSafeEqual } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Client, Tenant, Tenants } from './tenant.ts';

/** The tenants of now, which may be replaced by others. */
interface KeptTenants {
  readonly tenants: Tenants;
  /** Takes effect for every question from now on; what did not change of a tenant or its account stays the same object. */
  replace(next: readonly Tenant[]): { readonly added: string[]; readonly removed: string[] };
  /** How many there are; for logs. */
  counts(): { readonly tenants: number; readonly clients: number };
}

export function keepTenants(first: readonly Tenant[]): KeptTenants {
  let now = index(first);
  return {
    tenants: {
      tenantOf: (id) => now.byId.get(id),
      all: () => now.all,
      clientOf: (keySha256) =>
        now.byKey
          .get(bucketOf(keySha256))
          ?.find(({ keysSha256 }) => keysSha256.filter((key) => timingSafeEqual(key, keySha256)).length > 0),
    },
    replace(next) {
      const before = now;
      now = index(next.map((tenant) => unlessChanged(before.byId.get(tenant.id), tenant)));
      return {
        added: [...now.byId.keys()].filter((id) => !before.byId.has(id)),
        removed: [...before.byId.keys()].filter((id) => !now.byId.has(id)),
      };
    },
    counts: () => ({ tenants: now.all.length, clients: now.all.reduce((sum, { clients }) => sum + clients.length, 0) }),
  };
}

function unlessChanged(old: Tenant | undefined, tenant: Tenant): Tenant {
  if (!old) return tenant;
  if (isDeepStrictEqual(old, tenant)) return old;
  return isDeepStrictEqual(old.vlens, tenant.vlens) ? { ...tenant, vlens: old.vlens } : tenant;
}

interface Index {
  readonly all: readonly Tenant[];
  readonly byId: ReadonlyMap<string, Tenant>;
  readonly byKey: ReadonlyMap<number, readonly Client[]>;
}

function index(all: readonly Tenant[]): Index {
  const keyed = all.flatMap(({ clients }) =>
    clients.flatMap((client) => client.keysSha256.map((key) => [bucketOf(key), client] as const)),
  );
  return {
    all,
    byId: new Map(all.map((tenant) => [tenant.id, tenant])),
    byKey: new Map([...Map.groupBy(keyed, ([bucket]) => bucket)].map(([b, pairs]) => [b, pairs.map(([, c]) => c)])),
  };
}

/**
 * Part of a hash, by which few of many clients are compared whole. Its look-up may tell the part by the time it takes, which
 * helps nobody: it does not lead back to the key.
 */
function bucketOf(sha256: Buffer): number {
  return sha256.readUInt32LE(0);
}
