import type { CaptureChanges } from '@identity-events/shared/store/capture-changes';
import type { CaptureRecord } from '@identity-events/shared/store/capture-record';
import type { Captures } from '@identity-events/shared/store/captures';

export interface FollowCaptureDeps {
  readonly captures: Pick<Captures, 'read'>;
  readonly changes: CaptureChanges;
}

/**
 * The capture as it stands now, and again after each change, until the signal fires; null once its record is gone. Changes
 * in quick succession may come as one. Reads the record once for each change, however long it waits. Throws
 * `AppError('redis_unavailable')`.
 */
export async function* followCapture(
  { captures, changes }: FollowCaptureDeps,
  captureId: string,
  signal: AbortSignal,
): AsyncGenerator<CaptureRecord | null> {
  const bell = createBell();
  const end = await changes.watch(captureId, bell.ring);
  signal.addEventListener('abort', bell.ring);
  try {
    do {
      // Set back before it reads: what changes while it reads rings again.
      bell.reset();
      yield await captures.read(captureId);
      if (!signal.aborted) await bell.rung();
    } while (!signal.aborted);
  } finally {
    signal.removeEventListener('abort', bell.ring);
    end();
  }
}

/** Keeps in mind whether it rang since it was set back. */
function createBell() {
  let { promise, resolve } = Promise.withResolvers<void>();
  return {
    ring: (): void => resolve(),
    rung: (): Promise<void> => promise,
    reset(): void {
      ({ promise, resolve } = Promise.withResolvers<void>());
    },
  };
}
