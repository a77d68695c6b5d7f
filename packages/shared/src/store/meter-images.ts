import { AppError } from '../runtime/errors.ts';
import type { ImageStore } from './image-store.ts';
import type { ImageUsage } from './image-usage.ts';

/**
 * The same store, whose images are accounted for. `put` throws `AppError('image_store_overloaded')`, retriable, before anything is
 * stored when there would be too much; `put` and `remove` also throw `AppError('redis_unavailable')`.
 *
 * Room is taken before images are stored and given back before they are removed. After a crash in between, too little is
 * counted or too much, until those images are collected: `listOwners` names also who took room and stored nothing. Bytes are
 * counted before sealing.
 */
export function meterImages(images: ImageStore, usage: ImageUsage): ImageStore {
  return {
    ...images,
    async put(owner, files) {
      const bytes = [...files.values()].reduce((sum, file) => sum + file.bytes, 0);
      if (!(await usage.reserve(owner, bytes))) {
        throw new AppError('image_store_overloaded', 'Too many images wait already.', { retriable: true });
      }
      try {
        await images.put(owner, files);
      } catch (error) {
        await usage.release(owner).catch(() => undefined);
        throw error;
      }
    },
    async remove(owner) {
      await usage.release(owner);
      await images.remove(owner);
    },
    async *listOwners(before) {
      yield* images.listOwners(before);
      yield* usage.listOwners(before);
    },
  };
}
