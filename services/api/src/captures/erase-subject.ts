import type { SubjectErasureView } from '@identity-events/shared/contracts/subject-erasure';
import type { CaptureIndex } from '@identity-events/shared/store/capture-index';
import { type EraseCaptureDeps, eraseCapture } from './erase-capture.ts';

export interface EraseSubjectDeps extends EraseCaptureDeps {
  readonly index: Pick<CaptureIndex, 'ofSubject' | 'forget'>;
}

/** Captures that one call erases at most, and at a time. */
const [capturesMax, atOnce] = [100, 10];

/**
 * Erases a tenant's captures of one person, the oldest first, up to 100 of them, and tells how many are left.
 *
 * Calling it until none is left erases all; what one call could not finish the next one finds. Throws
 * `AppError('redis_unavailable')`, `AppError('image_store_failed')`: to be repeated.
 */
export async function eraseSubject(
  deps: EraseSubjectDeps,
  tenant: string,
  subject: string,
): Promise<SubjectErasureView> {
  const { captureIds } = await deps.index.ofSubject(tenant, subject, capturesMax);
  let erased = 0;
  for (let i = 0; i < captureIds.length; i += atOnce) {
    const done = await Promise.all(
      captureIds.slice(i, i + atOnce).map(async (id) => {
        const found = await eraseCapture(deps, tenant, id);
        // Also one that is known by its id alone: erased long ago, or run out.
        await deps.index.forget({ id, tenant, subject });
        return found;
      }),
    );
    erased += done.filter(Boolean).length;
  }
  const { total } = await deps.index.ofSubject(tenant, subject, 1);
  return { erased, remaining: total };
}
