import { ReplyError } from 'ioredis';
import { AppError } from '../runtime/errors.ts';

/** Answers by which Redis says "not now": full, starting, read-only after a failover, busy, cluster moving. */
const notNow = /^(OOM|LOADING|READONLY|MISCONF|BUSY|CLUSTERDOWN|MASTERDOWN|TRYAGAIN|NOREPLICAS)\b/;

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
