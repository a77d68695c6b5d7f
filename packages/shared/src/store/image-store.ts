import type { ImageName } from '../contracts/capture.ts';

/** Whose image. */
export interface ImageOwner {
  readonly tenant: string;
  readonly captureId: string;
}

/** An image as it is stored. */
export interface SealedImage {
  /** Of the image itself. */
  readonly bytes: number;
  /** Its sealed form, in pieces that follow each other. Small ones may look into the same memory, those of other images, too. */
  readonly parts: readonly Uint8Array[];
}

/** The images of one capture, each bound to its owner and name. */
export type SealedImages = ReadonlyMap<ImageName, SealedImage>;

/**
 * Where images wait for their capture's turn; jobs and records never carry them (claim check).
 *
 * What is stored is encrypted, bound to its owner and name.
 */
export interface ImageStore {
  /**
   * Resolves once every image is on stable storage; all of them or, on failure, none. An owner's images are put once, together.
   * They are the store's from then on, which empties them to give their memory back. Throws `AppError('image_store_full')` or
   * `AppError('image_store_failed')`, both retriable.
   */
  put(owner: ImageOwner, images: SealedImages): Promise<void>;
  /** Throws `AppError('image_missing')` when it is gone, `AppError('seal_broken')` when it was changed. */
  get(owner: ImageOwner, name: ImageName): Promise<Buffer>;
  /** Resolves once no image of this capture is left, half-stored ones included; harmless when there is none. */
  remove(owner: ImageOwner): Promise<void>;
  /**
   * Owners of images, also of half-stored ones, that were put in before `before` (epoch ms, the store's clock). Takes
   * memory for one owner at a time, however many there are; in no order, and an owner may come twice. One that is put in or
   * removed meanwhile may be missing. Throws `AppError('image_store_failed')`.
   */
  listOwners(before: number): AsyncIterable<ImageOwner>;
}

/** What a sealed image is bound to: it opens as no other capture's, and under no other name. */
export function imageContext({ tenant, captureId }: ImageOwner, name: ImageName): string {
  return `${tenant}/${captureId}/image/${name}`;
}
