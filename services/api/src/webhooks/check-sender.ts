import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { toBlockList } from '@identity-events/shared/runtime/addresses';
import type { TenantWebhook } from '@identity-events/shared/tenants/tenant';

/** What a sender shows before its body is read. */
export interface Sender {
  readonly secret: string;
  /** Null when the connection is gone. */
  readonly address: string | null;
}

/** Why a sender is refused: for the log, never for the answer. */
export type SenderFault = 'unknown_tenant' | 'bad_secret' | 'bad_source';

/** Null for a sender who may go on. An unknown tenant costs as much time as a bad secret. */
export function checkSender(settings: TenantWebhook | null, { secret, address }: Sender): SenderFault | null {
  const hash = createHash('sha256').update(secret).digest();
  const known = settings?.secretsSha256 ?? [nobody];
  const fits = known.filter((one) => timingSafeEqual(one, hash)).length > 0;
  if (!settings) return 'unknown_tenant';
  if (!fits) return 'bad_secret';
  return settings.sources === null || isIn(settings.sources, address) ? null : 'bad_source';
}

/** Stands for the secret of a tenant who has none: the hash of nothing that can be sent. */
const nobody = Buffer.alloc(32);

function isIn(sources: readonly string[], address: string | null): boolean {
  if (address === null) return false;
  return toBlockList(sources).check(address, address.includes(':') ? 'ipv6' : 'ipv4');
}

/**
 * Whether the body was signed with one of the keys: HMAC-SHA256 over its bytes in hex, with or without `sha256=` before it and
 * dashes in it. True when no signature is asked for.
 */
export function isSigned(body: Buffer, given: string | undefined, keys: readonly string[]): boolean {
  if (keys.length === 0) return true;
  const hex = (given ?? '').replace(/^sha256=/i, '').replaceAll('-', '');
  if (!/^[0-9a-f]{64}$/i.test(hex)) return false;
  const theirs = Buffer.from(hex, 'hex');
  return keys.filter((key) => timingSafeEqual(createHmac('sha256', key).update(body).digest(), theirs)).length > 0;
}
