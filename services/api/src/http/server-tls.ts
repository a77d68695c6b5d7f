import type { Server } from 'node:https';
import { createSecureContext } from 'node:tls';
import { isDeepStrictEqual } from 'node:util';
import { AppError } from '@identity-events/shared/runtime/errors';
import type { Releases } from '@identity-events/shared/runtime/lifecycle';
import type { Logger } from '@identity-events/shared/runtime/logger';
import { readPem } from '@identity-events/shared/runtime/read-pem';

/** The settings that make the API speak HTTPS. */
export interface ServerTlsSettings {
  readonly TLS_CERT_FILE?: string | undefined;
  readonly TLS_KEY_FILE?: string | undefined;
  readonly TLS_CLIENT_CA_FILE?: string | undefined;
}

/** As `https.createServer` takes it. With a `ca`, a client without a certificate of it gets no connection. */
export interface ServerTls {
  readonly cert: string;
  readonly key: string;
  readonly ca?: string;
  readonly requestCert?: boolean;
  readonly rejectUnauthorized?: boolean;
}

/**
 * Reads what the settings name; undefined where they name nothing. Throws `AppError('config_invalid')` when a file can not be read,
 * or certificate and key do not belong together.
 */
export function readServerTls(settings: ServerTlsSettings): ServerTls | undefined {
  const { TLS_CERT_FILE: cert, TLS_KEY_FILE: key, TLS_CLIENT_CA_FILE: ca } = settings;
  if (cert === undefined || key === undefined) return undefined;
  const tls = {
    cert: readPem('TLS_CERT_FILE', cert),
    key: readPem('TLS_KEY_FILE', key),
    ...(ca !== undefined && { ca: readPem('TLS_CLIENT_CA_FILE', ca), requestCert: true, rejectUnauthorized: true }),
  };
  try {
    createSecureContext(tls);
  } catch (cause) {
    const why = 'TLS_CERT_FILE, TLS_KEY_FILE, TLS_CLIENT_CA_FILE: not certificates and the key that belongs to them';
    throw new AppError('config_invalid', why, { retriable: false, cause });
  }
  return tls;
}

/** How often the files are looked at. */
const everyMs = 10_000;

interface RenewDeps {
  readonly logger: Logger;
  readonly releases: Releases;
  /** In ms. Default: 10,000. */
  readonly lookEveryMs?: number;
}

/**
 * Gives new connections a new certificate soon after its files were exchanged. Files that do not fit each other are told of once and
 * left alone; those of before stay in use.
 */
export function renewServerTls(
  server: Pick<Server, 'setSecureContext'>,
  settings: ServerTlsSettings,
  { logger, releases, lookEveryMs = everyMs }: RenewDeps,
): void {
  let used = readServerTls(settings);
  let refused = false;
  const look = (): void => {
    try {
      const found = readServerTls(settings);
      refused = false;
      if (!found || isDeepStrictEqual(found, used)) return;
      server.setSecureContext(found);
      used = found;
      logger.info('tls.renewed');
    } catch (error) {
      if (!refused) logger.error('tls.refused', { problem: error instanceof Error ? error.message : '' });
      refused = true;
    }
  };
  const timer = setInterval(look, lookEveryMs);
  releases.onStop('tls', async () => clearInterval(timer));
}
