import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive } from '../../bootstrap/lock.mjs';

/** A folder for the data of one run. */
export type RunFolder = {
  readonly path: string;
  /** Deletes the folder; harmless when repeated. */
  remove(): void;
};

/**
 * Makes an empty folder `<base>/<name>-<our process id>-<random>` and deletes the folders of that name whose process is gone: what a crashed
 * run left behind lives until the next run.
 */
export function openRunFolder(base: string, name: string): RunFolder {
  mkdirSync(base, { recursive: true });
  const ofThisName = new RegExp(`^${name}-(\\d+)-`);
  for (const entry of readdirSync(base)) {
    const pid = Number(ofThisName.exec(entry)?.[1] ?? process.pid);
    if (!isAlive(pid)) rmSync(join(base, entry), { recursive: true, force: true });
  }
  const path = mkdtempSync(join(base, `${name}-${process.pid}-`));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
