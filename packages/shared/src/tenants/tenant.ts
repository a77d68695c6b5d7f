import type { ApiScope } from '../contracts/scopes.ts';
import type { WaivableCheck } from '../contracts/waivable-checks.ts';
import type { Window } from '../contracts/windows.ts';

/** One of those for whom this service runs: an account with Vlens, its rules, and who may call for it. */
export interface Tenant {
  readonly id: string;
  /** Null in a process that makes no provider calls for the tenant, which then holds none of its secrets. */
  readonly vlens: VlensAccount | null;
  /** What Vlens allows the tenant. */
  readonly windows: readonly Window[];
  /** Checks whose failure is reported and does not decide. None: every check blocks. */
  readonly waivedChecks: readonly WaivableCheck[];
  /** How long ended captures stay readable, in ms; null: as long as the service says. */
  readonly retentionMs: number | null;
  /** How long the fields of verified persons' cards are kept, in ms, 0 for not at all; null: as long as the service says. */
  readonly identityRetentionMs: number | null;
  /** Deadline of a capture that names none, in ms after its acceptance; null: as the service says. */
  readonly expiryMs: number | null;
  /** Null where no webhooks are taken, and in processes that take none. */
  readonly webhook: TenantWebhook | null;
  readonly clients: readonly Client[];
}

/** How Vlens is known when it posts to the tenant's webhook. */
export interface TenantWebhook {
  /** SHA-256 of the secret; two while one is exchanged for another. */
  readonly secretsSha256: readonly Buffer[];
  /** Keys of the body's HMAC-SHA256, of which one must fit; none: no signature is asked for. Secret. */
  readonly signingKeys: readonly string[];
  /** Addresses and subnets that may send; null: every one. */
  readonly sources: readonly string[] | null;
}

/** How a tenant is known to Vlens. Secret. */
export interface VlensAccount {
  readonly baseUrl: string;
  readonly apiKey: string;
  /** The service account that reads evidence; null where none is set up, and in processes that read none. */
  readonly admin: AdminAccount | null;
}

/** A Vlens service account with the permission `Requests`. Secret. */
export interface AdminAccount {
  readonly tenancyName: string;
  readonly user: string;
  readonly password: string;
}

/** Who may call the API, known by the SHA-256 of its keys alone; while one of two is exchanged, both are valid. */
export interface Client {
  readonly name: string;
  readonly tenant: string;
  readonly keysSha256: readonly Buffer[];
  readonly scopes: ReadonlySet<ApiScope>;
  /** Requests it may make; null: as many as the service says. */
  readonly rate: { readonly count: number; readonly ms: number } | null;
  /** Captures it may submit from midnight to midnight UTC; null: as many as the service says. */
  readonly dailyQuota: number | null;
}

/** The tenants as they are now: they may be others a moment later, so ask again instead of keeping an answer. */
export interface Tenants {
  /** Undefined for a tenant that is not, or no longer, served here. Its account is the same object until something of that changes. */
  tenantOf(id: string): Tenant | undefined;
  all(): readonly Tenant[];
  /** Whose key it is, by the key's SHA-256. Hashes are compared in constant time. */
  clientOf(keySha256: Buffer): Client | undefined;
}
