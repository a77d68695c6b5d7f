import { type FileHandle, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AppError, errorCode } from '../runtime/errors.ts';
import { freeMemory } from '../runtime/free-memory.ts';
import { type ImageOwner, type ImageStore, imageContext } from './image-store.ts';
import { listOwners, stagingSuffix } from './list-owners.ts';
import type { Sealer } from './seal.ts';

/**
 * Images as encrypted files under `root`, one folder a capture, fanned out by two characters of its id.
 *
 * A capture's folder appears by one rename after all its files are written and flushed: it is there whole or not at
 * all. API and workers must see the same folder.
 */
export function createDiskImageStore(root: string, sealer: Sealer): ImageStore {
  const folderOf = ({ tenant, captureId }: ImageOwner): string => join(root, tenant, captureId.slice(-2), captureId);

  return {
    async put(owner, images) {
      const folder = folderOf(owner);
      const staging = `${folder}${stagingSuffix}`;
      try {
        const made = await mkdir(staging, { recursive: true });
        await allOf(
          [...images].map(([name, image]) =>
            writeFlushed(join(staging, name), sealer.sealInParts(image, imageContext(owner, name))),
          ),
        );
        await flushFolder(staging);
        await rename(staging, folder);
        await flushFolders(dirname(folder), dirname(made ?? staging));
      } catch (error) {
        await rm(staging, { recursive: true, force: true }).catch(() => undefined);
        throw toStoreError(error);
      }
    },
    async get(owner, name) {
      const sealed = await readFile(join(folderOf(owner), name)).catch((error: unknown) => {
        if (errorCode(error) !== 'ENOENT') throw toStoreError(error);
        throw new AppError('image_missing', 'An image of the capture is gone.', { retriable: false, cause: error });
      });
      return sealer.open(sealed, imageContext(owner, name));
    },
    async remove(owner) {
      const folder = folderOf(owner);
      try {
        for (const path of [folder, `${folder}${stagingSuffix}`]) await rm(path, { recursive: true, force: true });
      } catch (error) {
        throw toStoreError(error);
      }
    },
    async *listOwners(before) {
      try {
        yield* listOwners(root, before);
      } catch (error) {
        throw toStoreError(error);
      }
    },
  };
}

/** Rejects with the first failure once none is under way: a file that is opened late would keep its folder from being removed. */
async function allOf(writes: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(writes)).find((write) => write.status === 'rejected');
  if (failed) throw failed.reason;
}

/** Resolves once the file is on the disk; its parts are empty then. */
async function writeFlushed(path: string, parts: readonly Uint8Array[]): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await writeAll(file, parts);
    freeMemory(parts);
    await file.datasync();
  } finally {
    await file.close();
  }
}

/** Writes what fits into one call of the system: 80 pieces of the largest image, where a thousand are allowed. */
async function writeAll(file: FileHandle, parts: readonly Uint8Array[]): Promise<void> {
  const bytes = parts.reduce((sum, { byteLength }) => sum + byteLength, 0);
  const { bytesWritten } = await file.writev(parts);
  // A file is written short only when there is no more room for it.
  if (bytesWritten < bytes) throw Object.assign(new Error('written in part'), { code: 'ENOSPC' });
}

/** Flushes a folder and those above it, up to and including `highest`: where the first new entry stands. */
async function flushFolders(lowest: string, highest: string): Promise<void> {
  await flushFolder(lowest);
  if (lowest.length > highest.length) await flushFolders(dirname(lowest), highest);
}

/** Makes the entries of a folder survive a power cut (POSIX: an entry belongs to its folder, not to the file). */
async function flushFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function toStoreError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const full = ['ENOSPC', 'EDQUOT', 'EFBIG'].includes(errorCode(error));
  return full
    ? new AppError('image_store_full', 'The image store has no room.', { retriable: true, cause: error })
    : new AppError('image_store_failed', 'The image store can not be used.', { retriable: true, cause: error });
}
