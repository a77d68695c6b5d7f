import { workerData } from 'node:worker_threads';
import { freeMemory, largeMemoryOf } from '@identity-events/shared/runtime/free-memory';
import { createSealer } from '@identity-events/shared/store/seal';
import { move, transferableSymbol, valueSymbol } from 'piscina';
import { type SealedSubmission, type Submission, sealSubmission } from '../captures/seal-submission.ts';

/** What the thread is begun with. */
export interface SealingThreadData {
  readonly keyRing: string;
}

const sealer = createSealer((workerData as SealingThreadData).keyRing);

/** The one task of this thread. What it makes is moved to whoever asked, not copied. */
export function seal(submission: Submission): unknown {
  const sealed: SealedSubmission = sealSubmission(sealer, submission);
  freeMemory(submission.images.values());
  const parts = [...sealed.images.values()].flatMap((image) => image.parts);
  const answer = { [transferableSymbol]: [...largeMemoryOf(parts)], [valueSymbol]: sealed };
  return move(answer);
}
