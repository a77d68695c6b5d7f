import { createHash } from 'node:crypto';
import { BoundedMap } from '../bounded-map.ts';

/** The owner of an API key. */
export interface Tenant {
  /** Separates the tenant's transactions and users from those of others. */
  readonly name: string;
  /** The tenancy name that a login must give; null if any will do. */
  readonly tenancyName: string | null;
  /** First 12 hexadecimal digits of the key's SHA-256, for the call log. */
  readonly keyHash: string;
}

const KEYS_MAX = 10_000;
const ANY_KEY = '*';

/** Knows which API keys are accepted and whose they are. */
export class TenantDirectory {
  readonly #tenants = new BoundedMap<string, Tenant>(KEYS_MAX);
  readonly #configured = new Map<string, Tenant>();
  readonly #acceptsAny: boolean;

  /** Takes keys written `key` or `key:tenant`; `*` accepts every key, each a tenant of its own. */
  constructor(apiKeys: readonly string[]) {
    this.#acceptsAny = apiKeys.includes(ANY_KEY);
    for (const entry of apiKeys) {
      const [key = '', name] = entry.split(':');
      this.#configured.set(key, tenant(key, name ?? null));
    }
  }

  /** The tenant of a key, or undefined if the key isn't accepted. */
  find(key: string): Tenant | undefined {
    const known = this.#configured.get(key) ?? this.#tenants.get(key);
    if (known !== undefined || !this.#acceptsAny || key === '') return known;
    const made = tenant(key, null);
    this.#tenants.set(key, made);
    return made;
  }
}

function tenant(key: string, tenancyName: string | null): Tenant {
  const keyHash = createHash('sha256').update(key).digest('hex').slice(0, 12);
  return { name: tenancyName ?? keyHash, tenancyName, keyHash };
}
