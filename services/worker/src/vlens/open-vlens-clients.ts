import type { Releases } from '@identity-events/shared/runtime/lifecycle';
import type { Logger } from '@identity-events/shared/runtime/logger';
import { rememberByAccount } from '@identity-events/shared/tenants/by-account';
import type { Tenants } from '@identity-events/shared/tenants/tenant';
import { tenantUnknown } from '@identity-events/shared/tenants/tenant-of';
import { createVlensClient } from '@identity-events/vlens/create-vlens-client';
import type { CallReport } from '@identity-events/vlens/options';
import type { VlensClient } from '@identity-events/vlens/vlens-client';

export interface OpenVlensClientsDeps {
  readonly tenants: Pick<Tenants, 'tenantOf'>;
  /** Longest time of one call, in ms. */
  readonly timeoutMs: number;
  /** Told of each call once it is over. */
  readonly onCall: (call: CallReport) => void;
  readonly logger: Logger;
  readonly releases: Releases;
}

/**
 * A client for every tenant's account, another one once the account changes; running calls end on the old one. Throws the
 * retriable `AppError('tenant_unknown')` for a tenant that is not served here.
 */
export function openVlensClients(deps: OpenVlensClientsDeps): (tenant: string) => VlensClient {
  const { tenants, timeoutMs, onCall, logger, releases } = deps;
  const clients = rememberByAccount(tenants, ({ baseUrl, apiKey }, tenant) => {
    const client = createVlensClient({
      baseUrl,
      apiKey,
      timeoutMs,
      onCall: (call) => {
        onCall(call);
        const level = call.outcome === 'ok' ? 'debug' : 'warn';
        logger[level]('vlens.call', { ...call, tenant, durationMs: Math.round(call.durationMs) });
      },
    });
    return { made: client, close: () => client.close() };
  });
  releases.onStop('vlens', () => clients.close());
  return (tenant) => {
    const client = clients.of(tenant);
    if (!client) throw tenantUnknown();
    return client;
  };
}
