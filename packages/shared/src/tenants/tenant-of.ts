import { AppError } from '../runtime/errors.ts';
import type { Tenant, Tenants } from './tenant.ts';

/** That this process does not serve a tenant, or no longer; retriable, for it may come back. */
export function tenantUnknown(): AppError {
  return new AppError('tenant_unknown', 'The tenant is not served here now.', { retriable: true });
}

/** What is told of a tenant. Throws {@link tenantUnknown}. */
export function tenantOf(tenants: Pick<Tenants, 'tenantOf'>, id: string): Tenant {
  const tenant = tenants.tenantOf(id);
  if (!tenant) throw tenantUnknown();
  return tenant;
}
