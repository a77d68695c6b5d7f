import { errorCode } from '@identity-events/shared/runtime/errors';
import type { CaptureIndex } from '@identity-events/shared/store/capture-index';
import type { Captures } from '@identity-events/shared/store/captures';
import { eraseRecord, remainsMs } from '@identity-events/shared/store/erase-record';
import type { ImageStore } from '@identity-events/shared/store/image-store';
import { erasedRemains } from './erased-remains.ts';

/** The jobs of captures, as far as their end needs them. */
export interface CaptureJobs {
  /** Removes the capture's job, waiting or dead; one that is running ends by itself. Harmless when there is none. */
  remove(captureId: string): Promise<void>;
}

export interface EraseCaptureDeps {
  readonly captures: Pick<Captures, 'read' | 'readErased' | 'erase' | 'salvage' | 'readOwner' | 'forget'>;
  readonly images: Pick<ImageStore, 'remove'>;
  readonly index: Pick<CaptureIndex, 'forget'>;
  readonly jobs: CaptureJobs;
  readonly now: () => number;
}

/**
 * Erases a capture: an open one is cancelled, then record, images and job go, and its redaction goes out. False when the
 * tenant has no such capture. One that can't be read goes as well, and with its events as long as it tells whom they are about.
 *
 * What a worker brings for it later is refused. Erasing again finishes what was begun and announces nothing more. Throws
 * `AppError('redis_unavailable')`, `AppError('image_store_failed')`: to be repeated.
 */
export async function eraseCapture(deps: EraseCaptureDeps, tenant: string, captureId: string): Promise<boolean> {
  const owner = await eraseWhatIsKept(deps, tenant, captureId);
  if (!owner) return false;
  // After the record, so that no worker looks for images of a capture that seems open.
  await deps.images.remove({ tenant, captureId });
  await deps.jobs.remove(captureId);
  await deps.index.forget({ id: captureId, tenant, subject: owner.subject });
  return true;
}

interface Owner {
  readonly subject?: string | undefined;
}

/** Null when the tenant has no such capture. */
async function eraseWhatIsKept(deps: EraseCaptureDeps, tenant: string, captureId: string): Promise<Owner | null> {
  const found = await deps.captures.read(captureId).catch((error: unknown) => {
    if (errorCode(error) === 'record_invalid') return 'damaged' as const;
    throw error;
  });
  if (found === 'damaged') return eraseDamaged(deps, tenant, captureId);
  const record = found?.tenant === tenant ? found : null;
  // Asked for another tenant's as well, so that it costs as much as one that never was.
  const owner = record ?? (await erasedRemains(deps.captures, captureId));
  if (owner?.tenant !== tenant) return null;
  if (record) await eraseRecord(deps.captures, record, deps.now());
  return owner;
}

/** With its events as long as it tells whom they are about; without a word otherwise, for there is nobody to tell. */
async function eraseDamaged(deps: EraseCaptureDeps, tenant: string, captureId: string): Promise<Owner | null> {
  const { captures, now } = deps;
  if ((await captures.readOwner(captureId, [tenant])) === null) return null;
  const remains = await captures.salvage(captureId, [tenant]);
  if (remains) await eraseRecord(captures, remains, now());
  else await captures.forget(captureId, { tenant, erasedAt: now(), remainsMs });
  return remains ?? {};
}
