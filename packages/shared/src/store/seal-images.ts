import type { ImageName } from '../contracts/capture.ts';
import { type ImageOwner, imageContext, type SealedImages } from './image-store.ts';
import type { Sealer } from './seal.ts';

/** A capture's images as they may be stored. It takes the processor for about a third of a millisecond for each 400 KB. */
export function sealImages(
  sealer: Pick<Sealer, 'sealInParts'>,
  owner: ImageOwner,
  images: ReadonlyMap<ImageName, Uint8Array>,
): SealedImages {
  return new Map(
    [...images].map(([name, image]) => {
      const parts = sealer.sealInParts(image, imageContext(owner, name));
      return [name, { bytes: image.byteLength, parts }];
    }),
  );
}
