import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { largeMemoryOf } from '@identity-events/shared/runtime/free-memory';
import type { Releases } from '@identity-events/shared/runtime/lifecycle';
import { bugFields, type Logger } from '@identity-events/shared/runtime/logger';
import { Piscina } from 'piscina';
import type { SealedSubmission, SealSubmission, Submission } from '../captures/seal-submission.ts';
import type { SealingThreadData } from './sealing-thread.ts';

export interface OpenSealingThreadDeps {
  readonly keyRing: string;
  readonly logger: Logger;
  readonly releases: Releases;
}

/** A submission's longest way through the thread, the queue before it included. It takes far less while the thread works at all. */
const sealMsMax = 30_000;

/**
 * A thread in which images are hashed and sealed, one submission after the other, while this one goes on with other requests. It
 * keeps up with more than one of these, so there is one.
 *
 * Large images are moved there and back, and empty here from then on. Resolves once the thread has its keys. When it ends
 * before its time, what it had fails with that error, and another thread takes its place.
 */
export async function openSealingThread({ keyRing, logger, releases }: OpenSealingThreadDeps): Promise<SealSubmission> {
  const workerData: SealingThreadData = { keyRing };
  const threads = new Piscina<Submission, SealedSubmission>({
    // Beside this file, in TypeScript as in what is built of it.
    filename: fileURLToPath(new URL(`sealing-thread${extname(import.meta.url)}`, import.meta.url)),
    name: 'seal',
    workerData,
    minThreads: 1,
    maxThreads: 1,
    recordTiming: false,
  });
  threads.on('error', (error) => logger.error('sealing.failed', bugFields(error)));
  releases.onStop('sealing', () => threads.destroy());

  const seal: SealSubmission = (submission) =>
    threads.run(submission, {
      transferList: [...largeMemoryOf(submission.images.values())],
      signal: AbortSignal.timeout(sealMsMax),
    });
  await seal(nobodys);
  return seal;
}

/** What a thread can seal as soon as it has its keys. */
const nobodys: Submission = {
  owner: { tenant: '', captureId: '' },
  fields: { kind: 'link', transactionId: '', subject: '', lane: 'interactive', userToken: '' },
  images: new Map(),
};
