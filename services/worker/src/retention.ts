import type { Tenants } from '@identity-events/shared/tenants/tenant';
import type { WorkerConfig } from './config.ts';

/** How long a tenant's ended captures stay readable; of one that is not served any longer, as long as by default. */
export function retentionOf(tenants: Tenants, config: WorkerConfig): (tenant: string) => number {
  return (tenant) => tenants.tenantOf(tenant)?.retentionMs ?? config.RECORD_RETENTION_MS;
}

/** How long the fields of a tenant's verified cards are kept: no longer than their record, 0 for not at all. */
export function identityRetentionOf(tenants: Tenants, config: WorkerConfig): (tenant: string) => number {
  const retentionMsOf = retentionOf(tenants, config);
  return (tenant) => {
    const wanted = tenants.tenantOf(tenant)?.identityRetentionMs ?? config.IDENTITY_RETENTION_MS;
    return Math.min(wanted, retentionMsOf(tenant));
  };
}
