import { captureLimits } from '@identity-events/shared/contracts/capture';
import { type ImageSize, jpegSize, pngSize } from './read-image-size.ts';

/** What is wrong with an image. */
export interface ImageFault {
  readonly kind: 'invalid' | 'too_large' | 'unsupported_type';
  readonly detail: string;
}

const jpegStart = Buffer.from([0xff, 0xd8, 0xff]);
const pngStart = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/**
 * Holds an image against the provider's limits: JPEG or PNG by its first bytes, at most 5 MiB, at most 25 million
 * pixels (Vlens errors 415, 5002 and 5003). Reads the header only; nothing is decoded. Undefined when all is well.
 */
export function inspectImage(image: Uint8Array): ImageFault | undefined {
  if (image.byteLength === 0) return { kind: 'invalid', detail: 'is empty' };
  if (image.byteLength > captureLimits.imageBytesMax) {
    return { kind: 'too_large', detail: `is larger than ${captureLimits.imageBytesMax} bytes` };
  }
  const bytes = Buffer.from(image.buffer, image.byteOffset, image.byteLength);
  if (startsWith(bytes, jpegStart)) return sizeFault(jpegSize(bytes));
  if (startsWith(bytes, pngStart)) return sizeFault(pngSize(bytes));
  return { kind: 'unsupported_type', detail: 'is neither JPEG nor PNG by its content' };
}

function sizeFault(size: ImageSize | undefined): ImageFault | undefined {
  if (!size) return { kind: 'invalid', detail: 'has no readable width and height' };
  if (size.width === 0 || size.height === 0) return { kind: 'invalid', detail: 'has no pixels' };
  if (size.width * size.height <= captureLimits.imagePixelsMax) return undefined;
  return { kind: 'too_large', detail: `has more than ${captureLimits.imagePixelsMax} pixels` };
}

function startsWith(image: Uint8Array, start: Uint8Array): boolean {
  return Buffer.compare(image.subarray(0, start.length), start) === 0;
}
