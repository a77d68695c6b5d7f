import type { GateState, RedisProviderGate } from '@identity-events/shared/store/redis-provider-gate';
import type { Tenants } from '@identity-events/shared/tenants/tenant';

/** How a tenant's gate stands. `served: false`: captures wait for a tenant that is not in the tenants file any longer. */
interface TenantGateState extends GateState {
  readonly served: boolean;
}

/** Tenants that are told of at one time. */
const statesMax = 100;

/** The gates by tenant: of those for whom captures wait, then of the others, 100 in all. */
export async function gateStates(
  gate: Pick<RedisProviderGate, 'state' | 'waitingTenants'>,
  tenants: Pick<Tenants, 'all' | 'tenantOf'>,
): Promise<Record<string, TenantGateState>> {
  const waiting = await gate.waitingTenants();
  const ids = [...new Set([...waiting, ...tenants.all().map(({ id }) => id)])].slice(0, statesMax);
  const states = await Promise.all(
    ids.map(async (id) => [id, { ...(await gate.state(id)), served: tenants.tenantOf(id) !== undefined }] as const),
  );
  return Object.fromEntries(states);
}
