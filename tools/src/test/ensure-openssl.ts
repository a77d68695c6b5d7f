import { installDebianPackages } from '../engines/debian.ts';
import type { Log } from '../engines/engine.ts';
import { findOnPath } from '../processes/programs.ts';

/** Makes sure of the program with which tests make their certificates. Throws a sentence when it can not be had. */
export async function ensureOpenssl(log: Log): Promise<void> {
  if (!findOnPath('openssl'))
    await installDebianPackages('OpenSSL, with which tests make certificates,', ['openssl'], log);
}
