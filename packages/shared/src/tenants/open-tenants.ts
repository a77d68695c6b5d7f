import { open } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import { parseDocument } from 'yaml';
import { AppError, errorCode } from '../runtime/errors.ts';
import type { Releases } from '../runtime/lifecycle.ts';
import { bugFields, type Logger } from '../runtime/logger.ts';
import { keepTenants } from './keep-tenants.ts';
import { type ReadTenantsOptions, readTenants } from './read-tenants.ts';
import type { Tenant, Tenants } from './tenant.ts';
import { tenantsLimits, type UncheckedTenants } from './tenants-schema.ts';

/** Where the tenants are told of: a file, looked at again and again, or the environment. */
export type TenantsSource =
  | { readonly file: string; readonly everyMs: number }
  | { readonly settings: UncheckedTenants };

export interface OpenTenantsDeps extends ReadTenantsOptions {
  readonly logger: Logger;
  readonly releases: Releases;
}

/**
 * Reads the tenants and, if they are in a file, looks at it and at the secrets' files again every `everyMs` until the stop.
 *
 * Changes take effect whole or not at all: a version that can't be read or is not valid is refused with one log line, and the
 * tenants stay as they were. Throws `AppError('tenants_invalid')` when there is no valid version at the start.
 */
export async function openTenants(source: TenantsSource, deps: OpenTenantsDeps): Promise<Tenants> {
  if ('settings' in source) return keepTenants(await readTenants(source.settings, deps)).tenants;
  const { logger, releases } = deps;
  const read = async (): Promise<readonly Tenant[]> => readTenants(await readTenantsFile(source.file), deps);
  const kept = keepTenants(await read());
  logger.info('tenants.read', kept.counts());
  const look = lookAgain(read, kept, logger);
  let looking: Promise<void> | undefined;
  const timer = setInterval(() => {
    looking ??= look().finally(() => {
      looking = undefined;
    });
  }, source.everyMs);
  releases.onStop('tenants', async () => {
    clearInterval(timer);
    await looking;
  });
  return kept.tenants;
}

/** One look at the file; it never rejects, and says the same fault once. */
function lookAgain(read: () => Promise<readonly Tenant[]>, kept: ReturnType<typeof keepTenants>, logger: Logger) {
  let refused: string | undefined;
  return async (): Promise<void> => {
    try {
      const tenants = await read();
      refused = undefined;
      if (isDeepStrictEqual(tenants, kept.tenants.all())) return;
      const { added, removed } = kept.replace(tenants);
      const fields = { ...kept.counts(), added: added.join(','), removed: removed.join(',') };
      logger[removed.length > 0 ? 'warn' : 'info']('tenants.changed', fields);
    } catch (error) {
      const fields = error instanceof AppError ? { code: error.code, problem: error.message } : bugFields(error);
      if (JSON.stringify(fields) !== refused) logger.error('tenants.refused', fields);
      refused = JSON.stringify(fields);
    }
  };
}

/** The file as a value, from YAML or JSON, which is YAML. */
async function readTenantsFile(path: string): Promise<unknown> {
  const document = parseDocument(await readText(path), { prettyErrors: false, logLevel: 'silent' });
  const [error] = document.errors;
  // The parser's own words may quote the line.
  if (error) throw unreadable(path, `it is neither YAML nor JSON: ${error.code} at character ${error.pos[0]}`);
  return document.toJS({ maxAliasCount: 100 });
}

async function readText(path: string): Promise<string> {
  try {
    await using file = await open(path);
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(tenantsLimits.bytesMax + 1) });
    if (bytesRead > tenantsLimits.bytesMax) throw unreadable(path, `it is larger than ${tenantsLimits.bytesMax} bytes`);
    return buffer.toString('utf8', 0, bytesRead);
  } catch (error) {
    throw error instanceof AppError ? error : unreadable(path, errorCode(error));
  }
}

function unreadable(path: string, why: string): AppError {
  return new AppError('tenants_invalid', `The tenants file ${path} can not be read: ${why}.`, { retriable: false });
}
