import { join, resolve } from 'node:path';

/** The top of the checkout. */
export const ROOT = resolve(import.meta.dirname, '..', '..');

/** Fetched things that survive from run to run; safe to delete at any time but during a run. */
export const CACHE = join(ROOT, '.cache');

/** What Node has compiled of our sources (`NODE_COMPILE_CACHE`), which spares the next start of a process about a third of its time. */
export const COMPILED = join(CACHE, 'node-compile');

/** Data, keys and logs of runs. */
export const RUN = join(ROOT, '.run');

/** The TypeScript of a part runs straight from source under this condition. */
export const FROM_SOURCE = '--conditions=source';
