import { readJpegInfo } from './read-jpeg-info.ts';
import { readPngInfo } from './read-png-info.ts';

/** What the sandbox needs to know about an uploaded image. */
export interface ImageInfo {
  readonly format: 'jpeg' | 'png';
  readonly width: number;
  readonly height: number;
  /** The scenario written into the image (`vlens-sandbox:<scenario>`), or null. */
  readonly scenario: string | null;
}

/** Reads format, dimensions and scenario from an image's headers; null if it is neither JPEG nor PNG. */
export function readImageInfo(bytes: Buffer): ImageInfo | null {
  return readJpegInfo(bytes) ?? readPngInfo(bytes);
}
