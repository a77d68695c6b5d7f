import { type FileHandle, mkdir, open, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type ImageName, imageNames } from '../contracts/capture.ts';
import { AppError, errorCode } from '../runtime/errors.ts';
import { freeMemory } from '../runtime/free-memory.ts';
import { findImage, imageHead, imageHeadBytes } from './image-file.ts';
import { type ImageOwner, type ImageStore, imageContext, type SealedImages } from './image-store.ts';
import { listOwners, stagingSuffix } from './list-owners.ts';
import type { Sealer } from './seal.ts';

/**
 * Images under `root`, sealed, one file a capture, fanned out by two characters of its id. API and workers must see the same folder.
 *
 * With a file for each image, the API took 16.7 ms of processor time for a capture of 2 MB in place of 11.9, and accepted three
 * quarters as many per second (ext4, in turns): a disk's work is in making, flushing and removing files.
 */
export function createDiskImageStore(root: string, sealer: Pick<Sealer, 'open'>): ImageStore {
  const pathOf = ({ tenant, captureId }: ImageOwner): string => join(root, tenant, captureId.slice(-2), captureId);

  return {
    async put(owner, images) {
      const path = pathOf(owner);
      const folder = dirname(path);
      const parts = partsOf(images);
      try {
        const made = await mkdir(folder, { recursive: true });
        const file = await open(path, 'wx', 0o600);
        await orRemove(path, async () => {
          await writeFlushed(file, parts);
          await flushFolders(folder, dirname(made ?? path));
        });
      } catch (error) {
        throw toStoreError(error);
      }
    },
    async get(owner, name) {
      const sealed = await readSealed(pathOf(owner), name);
      if (!sealed) throw new AppError('image_missing', 'An image of the capture is gone.', { retriable: false });
      return sealer.open(sealed, imageContext(owner, name));
    },
    async remove(owner) {
      const path = pathOf(owner);
      try {
        for (const one of [path, `${path}${stagingSuffix}`]) await rm(one, { recursive: true, force: true });
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

/** The parts of a capture's file, in their order: 416 with the largest images, where one call of the system takes a thousand. */
function partsOf(images: SealedImages): Uint8Array[] {
  const sizes = new Map([...images].map(([name, { parts }]) => [name, bytesOf(parts)] as const));
  return [imageHead(sizes), ...imageNames.flatMap((name) => images.get(name)?.parts ?? [])];
}

function bytesOf(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, { byteLength }) => sum + byteLength, 0);
}

/** Leaves nothing at this path when writing fails. */
async function orRemove(path: string, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    await rm(path, { force: true }).catch(() => undefined);
    throw error;
  }
}

/** Resolves once the file is on the disk and closed; its parts are empty then. */
async function writeFlushed(file: FileHandle, parts: readonly Uint8Array[]): Promise<void> {
  try {
    const { bytesWritten } = await file.writev(parts);
    // A file is written short only when there is no more room for it.
    if (bytesWritten < bytesOf(parts)) throw Object.assign(new Error('written in part'), { code: 'ENOSPC' });
    freeMemory(parts);
    await file.datasync();
  } finally {
    await file.close();
  }
}

/** The sealed image; undefined when it is gone. */
async function readSealed(path: string, name: ImageName): Promise<Buffer | undefined> {
  try {
    return await readFromFile(path, name).catch((error: unknown) => {
      // Earlier versions put each image into a file of its own, in a folder with this name.
      if (errorCode(error) === 'EISDIR') return readFile(join(path, name));
      throw error;
    });
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw toStoreError(error);
  }
}

async function readFromFile(path: string, name: ImageName): Promise<Buffer | undefined> {
  await using file = await open(path, 'r');
  const { buffer: head } = await file.read(Buffer.alloc(imageHeadBytes), 0, imageHeadBytes, 0);
  const place = findImage(head, name);
  if (!place) return undefined;
  const { position, length } = place;
  const { buffer, bytesRead } = await file.read(Buffer.allocUnsafeSlow(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
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
