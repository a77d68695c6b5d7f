import { z } from 'zod';
import { duration } from '../contracts/duration.ts';
import { rate } from '../contracts/rate.ts';
import { apiScopes } from '../contracts/scopes.ts';
import { waivableChecks } from '../contracts/waivable-checks.ts';
import { windows } from '../contracts/windows.ts';
import { address } from '../runtime/addresses.ts';
import { tenantId } from '../runtime/config.ts';

/** Limits of what the tenants file may hold. */
export const tenantsLimits = { bytesMax: 1024 * 1024, tenantsMax: 1_000, clientsMax: 100, secretCharsMax: 4_096 };

/** Where a secret is found. It never stands in the file itself. */
export const secretReference = z.union(
  [
    z.strictObject({ env: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/, 'must be the name of a variable') }),
    z.strictObject({ file: z.string().regex(/^\/.{1,1000}$/, 'must be an absolute path') }),
  ],
  'must be { env: <variable> } or { file: </absolute/path> }: a secret does not stand here itself',
);
export type SecretReference = z.infer<typeof secretReference>;

const name = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be lowercase letters, digits and dashes');
// Digits alone are a number to YAML.
const hash = 'must be the SHA-256 of a key, 64 hex digits in lowercase and in quotes';
const sha256 = z.string(hash).regex(/^[0-9a-f]{64}$/, hash);
const printable = z.string().regex(/^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/, 'must be printable ASCII');

const client = z.strictObject({
  /** SHA-256 of its key in hex; a second one while keys are exchanged. */
  keys: z.array(sha256).min(1, 'must hold the hash of a key').max(2, 'must be two keys at the most'),
  scopes: z.array(z.enum(apiScopes, `must be of ${apiScopes.join(', ')}`)).min(1, 'must name a scope'),
  /** Requests it may make; CLIENT_RATE where it is not named. */
  rate: rate.optional(),
  /** Captures it may submit from midnight to midnight UTC; CLIENT_DAILY_QUOTA where it is not named. */
  dailyQuota: z.int('must be a whole number').min(1).max(1_000_000_000).optional(),
});

const vlens = z
  .strictObject({
    /** Address of the Vlens API; VLENS_BASE_URL where it is not named. */
    baseUrl: z.url({ protocol: /^https?$/, error: 'must be an http:// or https:// address' }).optional(),
    apiKey: secretReference,
    /** The tenant's name with Vlens; evidence needs it. */
    tenancyName: printable.max(256).optional(),
    /** The service account that reads evidence. */
    admin: z.strictObject({ user: z.string().min(1).max(256), password: secretReference }).optional(),
  })
  .refine((account) => !account.admin || account.tenancyName !== undefined, {
    path: ['tenancyName'],
    error: 'is missing, and evidence needs it',
  });

const webhook = z.strictObject({
  /** SHA-256 of its secret in hex; a second one while it is exchanged. */
  secrets: z.array(sha256).min(1, 'must hold the hash of its secret').max(2, 'must be two secrets at the most'),
  /** Keys of the body's HMAC-SHA256, of which one must fit; none: no signature is asked for. */
  signingKeys: z.array(secretReference).max(2, 'must be two keys at the most').default([]),
  /** Addresses and subnets that may send; everybody where it is not named. */
  sources: z.array(address).min(1).max(100, 'must be 100 at most').optional(),
});

const tenant = z.strictObject({
  vlens,
  /** What Vlens allows the tenant; VLENS_WINDOWS where it is not named. */
  windows: windows.optional(),
  waivedChecks: z.array(z.enum(waivableChecks, `must be of ${waivableChecks.join(', ')}`)).default([]),
  retention: duration('1h', '400d').optional(),
  identityRetention: duration('0s', '400d').optional(),
  expiry: duration('1s', '7d').optional(),
  /** Where Vlens posts; no webhooks are taken where it is not named. */
  webhook: webhook.optional(),
  clients: z
    .record(name, client)
    .refine((all) => Object.keys(all).length <= tenantsLimits.clientsMax, `must be ${tenantsLimits.clientsMax} at most`)
    .default({}),
});

/** The tenants file, and what a single tenant's environment is turned into. */
export const tenantsSchema = z.strictObject({
  tenants: z
    .record(tenantId, tenant)
    .refine((all) => Object.keys(all).length > 0, 'must name a tenant')
    .refine(
      (all) => Object.keys(all).length <= tenantsLimits.tenantsMax,
      `must be ${tenantsLimits.tenantsMax} at most`,
    ),
});
export type TenantSettings = z.infer<typeof tenant>;
/** {@link tenantsSchema} before it is checked. */
export type UncheckedTenants = z.input<typeof tenantsSchema>;
