import { z } from 'zod';
import { type ApiScope, apiScopes } from '../contracts/scopes.ts';
import type { UncheckedTenants } from './tenants-schema.ts';

/** What a client may do whose entry names no scope. */
const scopesByDefault: readonly ApiScope[] = ['captures:write', 'captures:read'];

const scope = `(?:${apiScopes.join('|')})`;
const entry = `[a-z0-9-]+:[0-9a-f]{64}(?::${scope}(?:\\+${scope})*)?`;

/** The form of `API_CLIENTS`. */
export const apiClients = z
  .string()
  .regex(
    new RegExp(`^${entry}(?:,${entry})*$`),
    `must be <name>:<sha256 hex>[:<scope>+<scope>], comma separated, with scopes of ${apiScopes.join(', ')}`,
  )
  .refine(agrees, 'must name the same scopes for both keys of a client');

/** The form of `VLENS_WEBHOOK_SECRETS`. */
export const webhookSecrets = z
  .string()
  .regex(/^[0-9a-f]{64}(,[0-9a-f]{64})?$/, 'must be one or two SHA-256 in hex, comma separated');

/** Whether every client that is named more than once is allowed the same each time. */
function agrees(setting: string): boolean {
  const entries = setting
    .split(',')
    .map((text) => [text.split(':', 1)[0], text.split(':').slice(2).join(':')] as const);
  return entries.every(([name, scopes]) => entries.every((other) => other[0] !== name || other[1] === scopes));
}

/** The variables that describe one tenant. */
interface OneTenant {
  readonly TENANT_ID?: string | undefined;
  readonly API_CLIENTS?: string | undefined;
  readonly VLENS_TENANCY_NAME?: string | undefined;
  readonly VLENS_ADMIN_USER?: string | undefined;
  readonly VLENS_WEBHOOK_SECRETS?: string | undefined;
  readonly VLENS_WEBHOOK_SIGNING_KEY?: string | undefined;
  readonly VLENS_WEBHOOK_OLD_SIGNING_KEY?: string | undefined;
  readonly VLENS_WEBHOOK_SOURCES?: readonly string[] | undefined;
}

/** The one tenant of the environment, as a tenants file would tell of it. A client named twice has two keys. */
export function tenantsOfEnvironment(config: OneTenant): UncheckedTenants {
  const { TENANT_ID: id = '', VLENS_TENANCY_NAME: tenancyName, VLENS_ADMIN_USER: user } = config;
  const vlens = {
    apiKey: { env: 'VLENS_API_KEY' },
    ...(tenancyName === undefined ? {} : { tenancyName }),
    ...(user === undefined ? {} : { admin: { user, password: { env: 'VLENS_ADMIN_PASSWORD' } } }),
  };
  const webhook = toWebhook(config);
  const clients = toClients(config.API_CLIENTS ?? '');
  return { tenants: { [id]: { vlens, clients, ...(webhook && { webhook }) } } };
}

function toWebhook(config: OneTenant): UncheckedTenants['tenants'][string]['webhook'] {
  const { VLENS_WEBHOOK_SECRETS: secrets, VLENS_WEBHOOK_SOURCES: sources } = config;
  if (secrets === undefined) return undefined;
  const keys = ['VLENS_WEBHOOK_SIGNING_KEY', 'VLENS_WEBHOOK_OLD_SIGNING_KEY'] as const;
  return {
    secrets: secrets.split(','),
    signingKeys: keys.filter((name) => config[name] !== undefined).map((env) => ({ env })),
    ...(sources && { sources: [...sources] }),
  };
}

type UncheckedClients = NonNullable<UncheckedTenants['tenants'][string]['clients']>;

function toClients(setting: string): UncheckedClients {
  const clients: UncheckedClients = {};
  for (const text of setting.split(',').filter(Boolean)) {
    const [name = '', key = '', ...rest] = text.split(':');
    const scopes = rest.length === 0 ? [...scopesByDefault] : (rest.join(':').split('+') as ApiScope[]);
    clients[name] = { scopes, keys: [...(clients[name]?.keys ?? []), key] };
  }
  return clients;
}

/**
 * Adds a fault for each setting that is missing where there is no tenants file, and for each that would say the same again
 * where there is one.
 */
export function checkTenancy(
  config: Readonly<Record<string, unknown>>,
  needed: readonly string[],
  context: z.core.$RefinementCtx,
): void {
  const { TENANTS_FILE: file } = config;
  const add = (name: string, message: string): void => context.addIssue({ code: 'custom', path: [name], message });
  for (const name of file === undefined ? needed : []) {
    if (config[name] === undefined) add(name, 'is missing, and there is no TENANTS_FILE');
  }
  for (const name of file === undefined ? [] : ['TENANT_ID', 'API_CLIENTS']) {
    if (config[name] !== undefined) add(name, 'must be empty beside TENANTS_FILE');
  }
}
