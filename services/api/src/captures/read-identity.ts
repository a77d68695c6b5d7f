import { isTerminal } from '@identity-events/shared/contracts/capture';
import type { IdentityFields } from '@identity-events/shared/contracts/identity-view';
import type { CaptureRecord } from '@identity-events/shared/store/capture-record';
import type { Captures } from '@identity-events/shared/store/captures';
import type { Sealer } from '@identity-events/shared/store/seal';
import { openIdentity } from '@identity-events/shared/store/sealed-identity';

export interface ReadIdentityDeps {
  readonly captures: Pick<Captures, 'readSealedIdentity'>;
  readonly sealer: Sealer;
  readonly now: () => number;
}

/** The person's card, or why there is nothing of it: no outcome yet, never kept, or its time is up. */
export type IdentityReading =
  | { readonly found: 'kept'; readonly fields: IdentityFields; readonly until: number }
  | { readonly found: 'not_yet' | 'never_kept' | 'gone' };

/** What is kept of the person behind a capture. Throws `AppError('redis_unavailable')` and `AppError('seal_broken')`. */
export async function readIdentity(
  { captures, sealer, now }: ReadIdentityDeps,
  capture: CaptureRecord,
): Promise<IdentityReading> {
  const { id, status, identityUntil: until } = capture;
  if (!isTerminal(status)) return { found: 'not_yet' };
  if (until === undefined) return { found: 'never_kept' };
  const sealed = now() < until ? await captures.readSealedIdentity(id) : new Map<string, string>();
  return sealed.size === 0
    ? { found: 'gone' }
    : { found: 'kept', fields: openIdentity(sealer, capture, sealed), until };
}
