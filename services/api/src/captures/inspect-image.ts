import { captureLimits } from '@identity-events/shared/contracts/capture';
import { imageSize } from 'image-size';

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
  if (!startsWith(image, jpegStart) && !startsWith(image, pngStart)) {
    return { kind: 'unsupported_type', detail: 'is neither JPEG nor PNG by its content' };
  }
  return sizeFault(image);
}

function sizeFault(image: Uint8Array): ImageFault | undefined {
  try {
    const { width, height } = imageSize(image);
    if (!(width > 0 && height > 0)) return { kind: 'invalid', detail: 'has no pixels' };
    if (width * height <= captureLimits.imagePixelsMax) return undefined;
    return { kind: 'too_large', detail: `has more than ${captureLimits.imagePixelsMax} pixels` };
  } catch {
    return { kind: 'invalid', detail: 'has no readable width and height' };
  }
}

function startsWith(image: Uint8Array, start: Uint8Array): boolean {
  return Buffer.compare(image.subarray(0, start.length), start) === 0;
}
