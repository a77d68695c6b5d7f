import { captureLimits, type ImageName, imageNames } from '../contracts/capture.ts';
import { AppError } from '../runtime/errors.ts';

const version = 1;
/** The largest image with all that its seal adds. */
const sealedBytesMax = captureLimits.imageBytesMax + 128;

/** Bytes of the head: its version, and for each of `imageNames` the length of its sealed form, 0 for none. */
export const imageHeadBytes = 1 + 4 * imageNames.length;

/**
 * The head of a file in which a capture's images stand one behind the other, each sealed for itself, in the order of `imageNames`.
 *
 * It is not sealed: who changes it only makes that nothing opens, for each image is bound to its owner and name.
 */
export function imageHead(sizes: ReadonlyMap<ImageName, number>): Buffer {
  const head = Buffer.alloc(imageHeadBytes);
  head[0] = version;
  imageNames.forEach((name, index) => head.writeUInt32BE(sizes.get(name) ?? 0, sizeAt(index)));
  return head;
}

/** Where an image stands in the file with this head; undefined when it is not in there. Throws `AppError('seal_broken')`. */
export function findImage(head: Buffer, name: ImageName): { position: number; length: number } | undefined {
  const sizes = imageNames.map((_, index) => head.readUInt32BE(sizeAt(index)));
  if (head[0] !== version || sizes.some((size) => size > sealedBytesMax)) {
    throw new AppError('seal_broken', 'A file of images has no readable head.', { retriable: false });
  }
  const index = imageNames.indexOf(name);
  const length = sizes[index] ?? 0;
  const position = sizes.slice(0, index).reduce((sum, size) => sum + size, imageHeadBytes);
  return length === 0 ? undefined : { position, length };
}

function sizeAt(index: number): number {
  return 1 + 4 * index;
}
