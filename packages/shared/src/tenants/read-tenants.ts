import type { z } from 'zod';
import type { Window } from '../contracts/windows.ts';
import { AppError } from '../runtime/errors.ts';
import { type Environment, resolveSecret } from './resolve-secret.ts';
import type { AdminAccount, Client, Tenant, TenantWebhook, VlensAccount } from './tenant.ts';
import { type SecretReference, type TenantSettings, tenantsSchema } from './tenants-schema.ts';

export interface ReadTenantsOptions {
  readonly env: Environment;
  /**
   * What this process calls the provider for, so that it holds no other secrets: `captures` needs the ApiKey of every tenant;
   * `evidence` the whole account, of tenants with a service account only.
   */
  readonly calls: 'captures' | 'evidence';
  /** For tenants that do not say. */
  readonly defaults: { readonly baseUrl: string | undefined; readonly windows: readonly Window[] };
}

/**
 * Checks the tenants and looks their secrets up. Throws one `AppError('tenants_invalid')` with a line for every fault, its path
 * and what is wrong there; values are never quoted.
 */
export async function readTenants(unchecked: unknown, options: ReadTenantsOptions): Promise<readonly Tenant[]> {
  const parsed = tenantsSchema.safeParse(unchecked, { reportInput: false });
  if (!parsed.success) throw invalid(parsed.error.issues.flatMap(toSentences));
  const faults: string[] = [];
  const tenants = await Promise.all(
    Object.entries(parsed.data.tenants).map(([id, settings]) => toTenant(id, settings, options, faults)),
  );
  faults.push(...sharedKeys(tenants), ...sharedAccounts(tenants));
  if (faults.length > 0) throw invalid(faults);
  return tenants;
}

async function toTenant(
  id: string,
  settings: TenantSettings,
  options: ReadTenantsOptions,
  faults: string[],
): Promise<Tenant> {
  return {
    id,
    vlens: await toAccount(id, settings.vlens, options, faults),
    windows: settings.windows ?? options.defaults.windows,
    waivedChecks: settings.waivedChecks,
    retentionMs: settings.retention ?? null,
    identityRetentionMs: settings.identityRetention ?? null,
    expiryMs: settings.expiry ?? null,
    webhook: await toWebhook(id, settings.webhook, options, faults),
    clients: Object.entries(settings.clients).map(([name, client]) => toClient(id, name, client)),
  };
}

function toClient(tenant: string, name: string, settings: TenantSettings['clients'][string]): Client {
  return {
    name,
    tenant,
    keysSha256: settings.keys.map((hex) => Buffer.from(hex, 'hex')),
    scopes: new Set(settings.scopes),
    rate: settings.rate ?? null,
    dailyQuota: settings.dailyQuota ?? null,
  };
}

async function toAccount(
  id: string,
  { baseUrl: named, apiKey, tenancyName, admin }: TenantSettings['vlens'],
  { env, calls, defaults }: ReadTenantsOptions,
  faults: string[],
): Promise<VlensAccount | null> {
  if (calls === 'evidence' && !admin) return null;
  const look = async (path: string, reference: SecretReference): Promise<string> => {
    const found = await resolveSecret(reference, env);
    if ('secret' in found) return found.secret;
    faults.push(`tenants.${id}.vlens.${path}: ${found.fault}`);
    return '';
  };
  const baseUrl = named ?? defaults.baseUrl;
  if (!baseUrl) faults.push(`tenants.${id}.vlens.baseUrl: is missing, and VLENS_BASE_URL is not set`);
  const account: AdminAccount | null =
    calls === 'evidence' && admin && tenancyName
      ? { tenancyName, user: admin.user, password: await look('admin.password', admin.password) }
      : null;
  return { baseUrl: baseUrl ?? '', apiKey: await look('apiKey', apiKey), admin: account };
}

/** Webhooks are taken by the process that reads evidence, the API. */
async function toWebhook(
  id: string,
  settings: TenantSettings['webhook'],
  { env, calls }: ReadTenantsOptions,
  faults: string[],
): Promise<TenantWebhook | null> {
  if (!settings || calls !== 'evidence') return null;
  const found = await Promise.all(settings.signingKeys.map((reference) => resolveSecret(reference, env)));
  return {
    secretsSha256: settings.secrets.map((hex) => Buffer.from(hex, 'hex')),
    signingKeys: found.map((key, i) => {
      if ('secret' in key) return key.secret;
      faults.push(`tenants.${id}.webhook.signingKeys.${i}: ${key.fault}`);
      return '';
    }),
    sources: settings.sources ?? null,
  };
}

/** A key belongs to one client of one tenant. */
function sharedKeys(tenants: readonly Tenant[]): string[] {
  const owners = new Map<string, string>();
  return tenants.flatMap(({ clients }) =>
    clients.flatMap(({ name, tenant, keysSha256 }) =>
      keysSha256.flatMap((key) => {
        const path = `tenants.${tenant}.clients.${name}.keys`;
        const owner = owners.get(key.toString('hex'));
        owners.set(key.toString('hex'), path);
        return owner === undefined ? [] : [`${path}: holds a key that ${owner} holds, too`];
      }),
    ),
  );
}

/** Two tenants on one account would each take the whole of its budget. */
function sharedAccounts(tenants: readonly Tenant[]): string[] {
  const owners = new Map<string, string>();
  return tenants.flatMap(({ id, vlens }) => {
    if (!vlens?.apiKey) return [];
    const account = JSON.stringify([vlens.baseUrl, vlens.apiKey]);
    const owner = owners.get(account);
    owners.set(account, id);
    return owner === undefined ? [] : [`tenants.${id}.vlens.apiKey: is that of the tenant ${owner}, too`];
  });
}

function toSentences(issue: z.core.$ZodIssue): string[] {
  const at = issue.path.length > 0 ? issue.path.join('.') : 'the file';
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => `${at}: ${key} is not a setting`);
  if (issue.code === 'invalid_key') return issue.issues.map(({ message }) => `${at}: the name ${message}`);
  return [`${at}: ${issue.message}`];
}

function invalid(faults: readonly string[]): AppError {
  return new AppError('tenants_invalid', `The tenants are not valid:\n  ${faults.join('\n  ')}`, { retriable: false });
}
