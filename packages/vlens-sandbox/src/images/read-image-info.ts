import type { ImageInfo } from './image-info.ts';
import { readJpegInfo } from './read-jpeg-info.ts';
import { readPngInfo } from './read-png-info.ts';

/** Reads format, dimensions and scenario from an image's headers; null if it is neither JPEG nor PNG. */
export function readImageInfo(bytes: Buffer): ImageInfo | null {
  return readJpegInfo(bytes) ?? readPngInfo(bytes);
}
