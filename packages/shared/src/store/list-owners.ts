import type { Dirent } from 'node:fs';
import { opendir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from '../runtime/errors.ts';
import type { ImageOwner } from './image-store.ts';

/** Ends the name of a folder whose images are not all there yet. */
export const stagingSuffix = '.part';

/** Folders of captures and nothing else: whatever somebody put beside them is not ours to name. */
const folderName = /^(cap_[0-9a-z]+)(\.part)?$/;

/** The owners of folders `<root>/<tenant>/<fan-out>/<captureId>[.part]` that were last written before `before` (epoch ms). */
export async function* listOwners(root: string, before: number): AsyncGenerator<ImageOwner> {
  for await (const tenant of foldersIn(root)) {
    for await (const fanOut of foldersIn(join(root, tenant))) {
      for await (const folder of foldersIn(join(root, tenant, fanOut))) {
        const [, captureId] = folderName.exec(folder) ?? [];
        if (!captureId || !captureId.endsWith(fanOut)) continue;
        if (await isOlder(join(root, tenant, fanOut, folder), before)) yield { tenant, captureId };
      }
    }
  }
}

async function* foldersIn(path: string): AsyncGenerator<string> {
  const entries = await unlessGone<AsyncIterable<Dirent>>(opendir(path));
  for await (const entry of entries ?? []) if (entry.isDirectory()) yield entry.name;
}

async function isOlder(path: string, before: number): Promise<boolean> {
  const found = await unlessGone(stat(path));
  return found !== undefined && found.mtimeMs < before;
}

/** Undefined for what was removed since it was seen. */
async function unlessGone<T>(looking: Promise<T>): Promise<T | undefined> {
  try {
    return await looking;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
