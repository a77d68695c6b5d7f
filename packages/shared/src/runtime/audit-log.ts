import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import winston from 'winston';
import { AppError, errorCode } from './errors.ts';
import type { Releases } from './lifecycle.ts';
import { toKnownFields } from './log-fields.ts';
import { type Logger, lineFormat } from './logger.ts';
import { StdoutLines } from './stdout-lines.ts';

/** What is accounted for: whatever brings personal data in or out, or changes what becomes of a capture. */
export type AuditAction =
  | 'capture.submit'
  | 'capture.erase'
  | 'subject.erase'
  | 'identity.read'
  | 'evidence.list'
  | 'evidence.read'
  | 'dead_letter.list'
  | 'dead_letter.read'
  | 'dead_letter.redrive'
  | 'dead_letter.abandon'
  | 'event.replay'
  | 'event.replay_read'
  | 'event.replay_cancel';

/** Who did what to what, and how it went. Ids of our own and the provider's only; nothing personal. */
export interface AuditEntry {
  readonly action: AuditAction;
  readonly tenant: string;
  readonly client: string;
  /** Capture, replay or provider transaction; null where there is none, or where its name may be personal. */
  readonly object: string | null;
  readonly requestId: string;
  /**
   * `done`; `refused` to who asked; `failed` here or behind; `interrupted`: the caller was gone before the answer was, and it may be
   * done or not.
   */
  readonly outcome: 'done' | 'refused' | 'failed' | 'interrupted';
  /** Status of the answer. */
  readonly status: number;
  /** Which problem it was, by the last part of its type. */
  readonly problem?: string | undefined;
}

/** Where entries are kept. It never throws: one that can't be written is told in the service's log. */
export interface AuditLog {
  write(entry: AuditEntry): void;
}

export interface AuditLogOptions {
  readonly service: string;
  /** File to which lines are only ever added; without one they go to stdout, between the lines of the service's log. */
  readonly file: string | undefined;
  readonly logger: Logger;
  readonly releases: Releases;
}

/**
 * Opens the audit log: JSON lines with the message `audit`, at any log level. Throws `AppError('audit_log_unwritable')` when the file
 * can't be opened; at the stop everything reaches it.
 */
export async function openAuditLog({ service, file, logger, releases }: AuditLogOptions): Promise<AuditLog> {
  const transport = file === undefined ? new StdoutLines() : await toFile(file, logger, releases);
  const log = winston.createLogger({
    defaultMeta: { service },
    format: lineFormat,
    transports: [transport],
  });
  return { write: (entry) => void log.info('audit', toKnownFields(entry)) };
}

async function toFile(file: string, logger: Logger, releases: Releases): Promise<winston.transport> {
  const stream = createWriteStream(file, { flags: 'a', mode: 0o600 });
  try {
    await once(stream, 'open');
  } catch (error) {
    const why = `The audit log ${file} can not be opened: ${errorCode(error)}.`;
    throw new AppError('audit_log_unwritable', why, { retriable: false });
  }
  stream.on('error', (error) => logger.error('audit.failed', { code: errorCode(error) }));
  releases.onStop('audit log', () => end(stream));
  return new winston.transports.Stream({ stream });
}

function end(stream: WriteStream): Promise<void> {
  return new Promise((resolve) => (stream.destroyed ? resolve() : void stream.end(resolve)));
}
