import { createReadStream } from 'node:fs';
import { captureLimits, type ImageName } from '#contracts/capture';
import { ImageSourceError } from '../errors.ts';

/** A JPEG or PNG of 5 MiB at most: a path or file URL, its bytes, or anything that yields them. */
export type ImageSource = string | URL | Uint8Array | Blob | ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>;

/**
 * Reads an image whole, so that it can be sent again.
 *
 * @throws ImageSourceError when it can not be read, or as soon as it is too large.
 */
export async function readImage(name: ImageName, source: ImageSource): Promise<Blob> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  try {
    for await (const chunk of open(source)) {
      bytes += chunk.byteLength;
      if (bytes > captureLimits.imageBytesMax) throw new ImageSourceError('image-too-large', name);
      // A copy: whoever made the chunk may use it again.
      chunks.push(new Uint8Array(chunk));
    }
  } catch (error) {
    throw error instanceof ImageSourceError ? error : new ImageSourceError('image-unreadable', name, { cause: error });
  }
  return new Blob(chunks);
}

function open(source: ImageSource): AsyncIterable<Uint8Array> | Iterable<Uint8Array> {
  if (typeof source === 'string' || source instanceof URL) return createReadStream(source);
  if (source instanceof Uint8Array) return [source];
  return source instanceof Blob ? source.stream() : source;
}
