import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { Haystack } from './needles.ts';

/** Every file of a folder, its name included; none when there is no such folder. */
export async function* readFiles(name: string, folder: string, skip?: RegExp): AsyncGenerator<Haystack> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isFile() || skip?.test(entry.name)) continue;
    const place = `${name} ${relative(folder, path)}`;
    // What is removed while it is looked for is gone.
    const bytes = await readFile(path).catch(() => Buffer.alloc(0));
    yield { place, bytes: Buffer.concat([Buffer.from(path), bytes]) };
  }
}
