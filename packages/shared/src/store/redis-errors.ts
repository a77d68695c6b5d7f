import { ReplyError } from 'ioredis';
import { AppError } from '../runtime/errors.ts';

/**
 * Answers by which Redis says "not now": full, starting, read-only after a failover, busy, moving. Before version 7 the answer to a
 * script has the one to its command at its end: https://github.com/redis/redis/blob/6.2/src/scripting.c (luaRaiseError).
 */
const notNow =
  /^(?:ERR Error running script .*: -)?(OOM|LOADING|READONLY|MISCONF|BUSY|CLUSTERDOWN|MASTERDOWN|MOVED|TRYAGAIN|NOREPLICAS|UNBLOCKED)\b/;

/**
 * Runs a Redis operation; what fails because Redis is away, slow or full is thrown as the retriable
 * `AppError('redis_unavailable')`. Other errors (a wrong command: a bug) pass unchanged.
 */
export async function whileRedisIsUp<T>(operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    if (error instanceof AppError) throw error;
    if (error instanceof ReplyError && !notNow.test((error as Error).message)) throw error;
    throw new AppError('redis_unavailable', 'Redis is away, slow or full.', { retriable: true, cause: error });
  }
}

/**
 * True when Redis itself said "not now": the command, or the script that begins with a write, has changed nothing. Otherwise it
 * is unknown what was done.
 */
export function wasRefused(error: unknown): boolean {
  return error instanceof AppError && error.code === 'redis_unavailable' && error.cause instanceof ReplyError;
}
