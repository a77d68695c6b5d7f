import winston from 'winston';
import { type LogFields, toKnownFields } from './log-fields.ts';
import { activeTraceId } from './spans.ts';
import { StdoutLines } from './stdout-lines.ts';

/** One JSON line per unit of work: a constant dotted message, everything variable as a field. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

/** A logger whose level can be changed while it is used. */
export interface AdjustableLogger extends Logger {
  /** To `debug`, and the next time back to the level it was made with; says so in a line of its own. */
  toggleDebug(): void;
}

/**
 * A logger that writes JSON lines to stdout, each with `time` (ISO 8601), `level`, `service` and `message`, and `traceId` in a trace.
 *
 * Whatever it is given, only known fields with scalar values are written ({@link toKnownFields}), and only messages that are names.
 */
export function createLogger(service: string, level: string): AdjustableLogger {
  const logger = winston.createLogger({
    level,
    defaultMeta: { service },
    format: lineFormat,
    transports: [new StdoutLines()],
  });
  const write =
    (severity: 'debug' | 'info' | 'warn' | 'error') =>
    (message: string, fields?: LogFields): void => {
      if (logger.isLevelEnabled(severity))
        logger.log(severity, nameOf(message), { ...inTrace(), ...toKnownFields(fields) });
    };
  const info = write('info');
  return {
    debug: write('debug'),
    info,
    warn: write('warn'),
    error: write('error'),
    toggleDebug() {
      logger.level = logger.level === 'debug' ? level : 'debug';
      logger.log(logger.level, 'log.level', { to: logger.level });
    },
  };
}

function inTrace(): { traceId?: string } {
  const traceId = activeTraceId();
  return traceId === undefined ? {} : { traceId };
}

/** A text that is no name may quote anything. */
function nameOf(message: string): string {
  return /^[a-z]\w*(\.\w+)*$/.test(message) && message.length <= 64 ? message : 'log.message_refused';
}

/** Fields for an unforeseen error: its name and the frames of its stack, without the message, which may quote input. */
export function bugFields(error: unknown): LogFields {
  if (!(error instanceof Error)) return { error: typeof error };
  const { name, message, stack = '' } = error;
  const frames = stack.slice(stack.indexOf(message) + message.length).split('\n');
  const at = frames.filter((line) => /^\s+at /.test(line)).slice(0, 12);
  return { error: /^\w{1,64}$/.test(name) ? name : 'Error', stack: at.join('\n') };
}

/** A line of JSON, with `time` (ISO 8601) first. */
export const lineFormat = winston.format.combine(
  winston.format((line) => ({ time: new Date().toISOString(), ...line }))(),
  winston.format.json(),
);
