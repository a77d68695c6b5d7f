import { errorCode } from '@identity-events/shared/runtime/errors';
import type { ErasedRecord } from '@identity-events/shared/store/capture-record';
import type { Captures } from '@identity-events/shared/store/captures';

/** What remains of an erased capture; null also where it can't be read any more, for then nobody can be told to be its owner. */
export async function erasedRemains(
  captures: Pick<Captures, 'readErased'>,
  captureId: string,
): Promise<ErasedRecord | null> {
  try {
    return await captures.readErased(captureId);
  } catch (error) {
    if (errorCode(error) === 'record_invalid') return null;
    throw error;
  }
}
