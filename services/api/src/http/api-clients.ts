/** What a client may be allowed to do. */
export const apiScopes = ['captures:write', 'captures:read', 'evidence:read'] as const;
export type ApiScope = (typeof apiScopes)[number];

/** What a client may do whose entry names no scope. */
const scopesByDefault: readonly ApiScope[] = ['captures:write', 'captures:read'];

/** Who may call, known by the hash of the key alone. */
export interface ApiClient {
  readonly name: string;
  readonly tenant: string;
  readonly keySha256: Buffer;
  readonly scopes: ReadonlySet<ApiScope>;
}

const scope = `(?:${apiScopes.join('|')})`;
const entry = `[a-z0-9-]+:[0-9a-f]{64}(?::${scope}(?:\\+${scope})*)?`;

/** The form of `API_CLIENTS`. */
export const apiClientsPattern = new RegExp(`^${entry}(?:,${entry})*$`);

/** Reads `API_CLIENTS`, which the configuration has checked: {@link apiClientsPattern}. */
export function parseApiClients(setting: string, tenant: string): ApiClient[] {
  return setting.split(',').map((entry) => {
    const [name = '', hash = '', ...rest] = entry.split(':');
    const scopes = rest.length === 0 ? scopesByDefault : (rest.join(':').split('+') as ApiScope[]);
    return { name, tenant, keySha256: Buffer.from(hash, 'hex'), scopes: new Set(scopes) };
  });
}
