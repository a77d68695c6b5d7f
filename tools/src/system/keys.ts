import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** Secrets of a system on this machine; of no use anywhere else. */
export type Keys = {
  /** The ring that seals images and tokens: `<id>:<base64 of 32 bytes>`. */
  readonly encryptionKeys: string;
  /** What a client of the API sends as its bearer. */
  readonly apiKey: string;
};

/** The keys in the file, made on the first call and the same ever after; readable by us only. */
export function keepKeys(file: string): Keys {
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as Keys;
  const keys: Keys = {
    encryptionKeys: `local:${randomBytes(32).toString('base64')}`,
    apiKey: `local_${randomBytes(24).toString('base64url')}`,
  };
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify(keys), { mode: 0o600 });
  return keys;
}

/** What the API needs to serve the operators' pages to one operator. */
export function operatorPages(port: number, name: string, password: string): Record<string, string> {
  return {
    OPS_PORT: String(port),
    OPS_USERS: `${name}:${createHash('sha256').update(password).digest('hex')}`,
  };
}

/** How the API is told of a client: its name, the hash of its key, and that it may do everything. */
export function apiClient(name: string, apiKey: string): string {
  const scopes = 'captures:write+captures:read+evidence:read+identity:read+ops';
  return `${name}:${createHash('sha256').update(apiKey).digest('hex')}:${scopes}`;
}
