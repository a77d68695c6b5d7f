import type { Dirent } from 'node:fs';
import { opendir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from '../runtime/errors.ts';
import type { ImageOwner } from './image-store.ts';

/** Ended, in earlier versions, the name of a folder whose images were not all there yet. */
export const stagingSuffix = '.part';

/** Files and folders of captures and nothing else: whatever somebody put beside them is not ours to name. */
const entryName = /^(cap_[0-9a-z]+)(\.part)?$/;

/**
 * The owners of files `<root>/<tenant>/<fan-out>/<captureId>` that were last written before `before` (epoch ms); and of folders of
 * that name, also with `.part` behind it, which earlier versions left.
 */
export async function* listOwners(root: string, before: number): AsyncGenerator<ImageOwner> {
  for await (const tenant of foldersIn(root)) {
    for await (const fanOut of foldersIn(join(root, tenant))) {
      for await (const { name } of entriesIn(join(root, tenant, fanOut))) {
        const [, captureId] = entryName.exec(name) ?? [];
        if (!captureId || !captureId.endsWith(fanOut)) continue;
        if (await isOlder(join(root, tenant, fanOut, name), before)) yield { tenant, captureId };
      }
    }
  }
}

async function* foldersIn(path: string): AsyncGenerator<string> {
  for await (const entry of entriesIn(path)) if (entry.isDirectory()) yield entry.name;
}

async function* entriesIn(path: string): AsyncGenerator<Dirent> {
  yield* (await unlessGone<AsyncIterable<Dirent>>(opendir(path))) ?? [];
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
