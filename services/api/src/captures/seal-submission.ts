import { createHash, hash } from 'node:crypto';
import type { CaptureFields, ImageName } from '@identity-events/shared/contracts/capture';
import type { ImageOwner, SealedImages } from '@identity-events/shared/store/image-store';
import type { Sealer } from '@identity-events/shared/store/seal';
import { sealImages } from '@identity-events/shared/store/seal-images';

/** What is to be stored of a submission that carries images. */
export interface Submission {
  readonly owner: ImageOwner;
  readonly fields: CaptureFields;
  readonly images: ReadonlyMap<ImageName, Uint8Array>;
}

export interface SealedSubmission {
  readonly fingerprint: string;
  readonly images: SealedImages;
}

/**
 * Seals a submission's images and takes its fingerprint. The images are the sealer's: they may be empty afterwards, whether that
 * succeeds or not.
 */
export type SealSubmission = (submission: Submission) => Promise<SealedSubmission>;

/** The same at once, which takes the processor for some ms, and leaves the images as they are. */
export function sealSubmission(sealer: Sealer, { owner, fields, images }: Submission): SealedSubmission {
  return { fingerprint: fingerprintOf(fields, images), images: sealImages(sealer, owner, images) };
}

/** Equal for equal submissions, whichever way they were encoded. */
export function fingerprintOf(fields: CaptureFields, images: Submission['images']): string {
  const text = JSON.stringify(Object.entries(fields).sort(byName));
  if (images.size === 0) return hash('sha256', text, 'base64url');
  const whole = createHash('sha256').update(text);
  for (const [name, image] of [...images].sort(byName)) {
    whole.update(`\n${name}:${image.byteLength}:`).update(image);
  }
  return whole.digest('base64url');
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}
