import winston from 'winston';

/** Fields of a log line. Values are facts with their unit in the name; nothing personal, no payloads. */
export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** One JSON line per unit of work: a constant dotted message, everything variable as a field. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

/** A logger that writes JSON lines to stdout, each with `time` (ISO 8601), `level`, `service` and `message`. */
export function createLogger(service: string, level: string): Logger {
  const logger = winston.createLogger({
    level,
    defaultMeta: { service },
    format: winston.format.combine(withTime(), winston.format.json()),
    transports: [new winston.transports.Console()],
  });
  return {
    debug: (message, fields) => void logger.debug(message, fields),
    info: (message, fields) => void logger.info(message, fields),
    warn: (message, fields) => void logger.warn(message, fields),
    error: (message, fields) => void logger.error(message, fields),
  };
}

/** Fields for an unforeseen error: its name, code and stack without the message, which may quote input. */
export function bugFields(error: unknown): LogFields {
  if (!(error instanceof Error)) return { error: typeof error };
  const frames = error.stack?.split('\n').filter((line) => /^\s+at /.test(line));
  return { error: error.name, stack: frames?.slice(0, 12).join('\n') };
}

/** Puts `time` (ISO 8601) first. */
export const withTime = winston.format((line) => ({ time: new Date().toISOString(), ...line }));
