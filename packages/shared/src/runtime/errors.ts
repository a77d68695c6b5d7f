/** Options of an {@link AppError}. */
export interface AppErrorOptions {
  /** True when the same thing may succeed later without anybody changing anything. */
  readonly retriable: boolean;
  readonly cause?: unknown;
}

/**
 * A failure that the code foresaw. Anything else that is thrown is a bug.
 *
 * `code` is stable and safe to log; `message` must never quote input, for BullMQ stores it in Redis.
 */
export class AppError extends Error {
  readonly code: string;
  readonly retriable: boolean;

  constructor(code: string, message: string, options: AppErrorOptions) {
    super(message, { cause: options.cause });
    this.name = new.target.name;
    this.code = code;
    this.retriable = options.retriable;
  }
}

/** The code of a foreseen failure, of a system error, or the name of what was thrown; never a message. */
export function errorCode(error: unknown): string {
  if (error instanceof AppError) return error.code;
  if (error instanceof Error) return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  return typeof error;
}
