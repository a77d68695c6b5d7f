import { isTerminal } from '@identity-events/shared/contracts/capture';
import { errorCode } from '@identity-events/shared/runtime/errors';
import type { Logger } from '@identity-events/shared/runtime/logger';
import type { Captures } from '@identity-events/shared/store/captures';
import { type EndCaptureDeps, imagesHaveGrace } from '@identity-events/shared/store/end-capture';
import type { ImageOwner, ImageStore } from '@identity-events/shared/store/image-store';
import { readBehind } from '@identity-events/shared/store/read-behind';

export interface CollectOrphansDeps extends Pick<EndCaptureDeps, 'now' | 'imageGraceMs'> {
  readonly images: Pick<ImageStore, 'listOwners' | 'remove'>;
  readonly captures: Pick<Captures, 'read' | 'salvage'>;
  readonly logger: Logger;
  /** Images younger than this may be on their way to their record: well above the longest request. */
  readonly orphanAgeMs: number;
}

/**
 * Most orphans of one round: many times what crashes leave, for a refused capture's images go at once. More look like a Redis
 * that lost its records, or is another's.
 */
const removalsMax = 5_000;

/**
 * Removes images that no open capture owns, nor one whose images have a grace: that is over, or a crash left them before
 * their record was written or after it had ended.
 *
 * At most 5,000 captures' a round. Those of records of a newer version stay. Stops early when told to. Throws
 * `AppError('redis_unavailable')` and `AppError('image_store_failed')`: the next round looks again.
 */
export async function collectOrphans(deps: CollectOrphansDeps, signal: AbortSignal): Promise<void> {
  const startedAt = performance.now();
  let [looks, removed] = [0, 0];
  for await (const owner of deps.images.listOwners(deps.now() - deps.orphanAgeMs)) {
    if (signal.aborted || removed === removalsMax) break;
    looks += 1;
    if (await isOwned(deps, owner)) continue;
    if (await isRemoved(deps, owner)) removed += 1;
  }
  const line = { looks, removed, durationMs: Math.round(performance.now() - startedAt) };
  if (removed === removalsMax) deps.logger.error('reconcile.orphans_many', line);
  else deps.logger.info('reconcile.orphans', line);
}

/** One folder that can't be removed must not keep the others. */
async function isRemoved({ images, logger }: CollectOrphansDeps, owner: ImageOwner): Promise<boolean> {
  const { tenant, captureId } = owner;
  try {
    await images.remove(owner);
    logger.warn('reconcile.orphan_removed', { captureId, tenant });
    return true;
  } catch (error) {
    logger.error('reconcile.orphan_stays', { captureId, tenant, code: errorCode(error) });
    return false;
  }
}

async function isOwned(
  { captures, ...grace }: CollectOrphansDeps,
  { tenant, captureId }: ImageOwner,
): Promise<boolean> {
  const found = await readBehind(captures, captureId);
  const record = found === 'unreadable' ? ((await captures.salvage(captureId, [tenant])) ?? found) : found;
  if (typeof record === 'string') return record !== 'missing';
  return record.tenant === tenant && (!isTerminal(record.status) || imagesHaveGrace(record, grace));
}
