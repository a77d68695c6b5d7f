import { BoundedMap } from '../bounded-map.ts';

/** Keeps uploaded images by transaction and file name, up to a number of bytes; the least recently used go first. */
export class ImageStore {
  readonly #images: BoundedMap<string, Buffer>;

  constructor(bytesMax: number) {
    this.#images = new BoundedMap(bytesMax, (image) => image.length);
  }

  /** Bytes of image held. */
  get bytes(): number {
    return this.#images.weight;
  }

  /** Keeps an image, in place of an earlier one of the same name. */
  keep(transactionId: string, fileName: string, image: Buffer): void {
    this.#images.set(`${transactionId}/${fileName}`, image);
  }

  /** The image, or undefined if it was never uploaded or has been forgotten. */
  find(transactionId: string, fileName: string): Buffer | undefined {
    return this.#images.get(`${transactionId}/${fileName}`);
  }

  /** Forgets all images. */
  clear(): void {
    this.#images.clear();
  }
}
