import { Redis, type RedisOptions } from 'ioredis';
import type { Logger } from './logger.ts';
import type { RedisAddress } from './redis-address.ts';
import { connectorToSlotPrimary } from './slot-primary.ts';

/** RESP2 costs less CPU than RESP3 on both sides and everything here works with it. */
const common = {
  protocol: 2,
  connectTimeout: 2_000,
  retryStrategy: (times) => Math.min(200 * times, 1_000),
} as const satisfies RedisOptions;

/**
 * Commands of one turn of the event loop leave in one write, for each write costs a system call here and one in Redis: carrying a full queue, a
 * worker makes 1.6 writes for a capture, and 6.4 without this; Redis makes 0.7, and 3. It takes a seventh off the time of the worker and a fifth off
 * that of Redis; while there is little to do, nothing.
 *
 * ioredis' own way to that is `enableAutoPipelining`. It makes a pipeline for each turn, which carries two methods for every script that BullMQ
 * defines, and those outlive V8's young generation: the API took a seventh more processor time with it under full load, and an eighth at 150 requests per second. And when the connection breaks amid the
 * answers, it gives up what is left of the pipeline; here each command is still by itself, and is sent again by itself where that is wanted.
 */
class TogetherWriting extends Redis {
  override sendCommand(...command: Parameters<Redis['sendCommand']>): unknown {
    const { stream } = this;
    if (stream?.writableCorked === 0) {
      stream.cork();
      setImmediate(() => stream.uncork());
    }
    return super.sendCommand(...command);
  }
}

/**
 * A connection that fails fast: for the API, where a caller waits. A command is refused at once while Redis is away
 * and given up after `commandTimeoutMs`; the connection itself is retried for ever. Commands of one turn share a write.
 *
 * One that owes an answer for twice that time is given up for a new one, and so is one whose Redis no longer serves writes: it has become a replica,
 * or its cluster has moved them.
 */
export function connectFailingFast(address: string | RedisAddress, commandTimeoutMs: number, logger: Logger): Redis {
  return observed(
    open(TogetherWriting, address, {
      ...common,
      commandTimeout: commandTimeoutMs,
      socketTimeout: 2 * commandTimeoutMs,
      reconnectOnError: whenElsewhere(logger, 1),
      maxRetriesPerRequest: 0,
      enableOfflineQueue: false,
    }),
    logger,
  );
}

/** Well above the longest time for which a command here waits in Redis: BullMQ's waiting for a job, 10 s. */
const silenceMaxMs = 15_000;

/**
 * A connection that waits for Redis however long it takes: for workers, which have nothing better to do.
 *
 * One that owes an answer for `silenceMs` (milliseconds) is given up for a new one: the other end may be gone without a
 * word, and TCP alone would wait for a quarter of an hour. One whose Redis no longer serves writes is, too. The commands under
 * way are sent again on the new one.
 */
export function connectPatiently(address: string | RedisAddress, logger: Logger, silenceMs = silenceMaxMs): Redis {
  return observed(
    open(TogetherWriting, address, {
      ...common,
      maxRetriesPerRequest: null,
      socketTimeout: silenceMs,
      reconnectOnError: whenElsewhere(logger, 2),
    }),
    logger,
  );
}

/** A URL alone is one of Redis without TLS, or whose certificate Node trusts by itself. */
function open(
  Connection: typeof Redis,
  address: string | RedisAddress,
  options: Omit<RedisOptions, 'replyMapping'>,
): Redis {
  const { url, tls, cluster }: RedisAddress = typeof address === 'string' ? { url: address } : address;
  const Connector = cluster && connectorToSlotPrimary(cluster);
  return new Connection(url, { ...options, ...(tls && { tls }), ...(Connector && { Connector }) });
}

const logEveryMs = 5_000;

/** A replica; a node of a cluster that no longer has the slot; one that is cut off from the others, or not yet one of them. */
const elsewhere = /\b(READONLY|MOVED|CLUSTERDOWN)\b/;

/**
 * After a failover the old master refuses writes and keeps its connections; the address leads elsewhere by then, or soon.
 * `then` is ioredis' word for what follows: 1 connect anew and refuse the command, 2 connect anew and send it again.
 */
function whenElsewhere(logger: Logger, then: 1 | 2): (error: Error) => 1 | 2 | false {
  let loggedAt = Number.NEGATIVE_INFINITY;
  return (error) => {
    if (!elsewhere.test(error.message)) return false;
    if (performance.now() - loggedAt >= logEveryMs) {
      logger.warn('redis.read_only');
      loggedAt = performance.now();
    }
    return then;
  };
}

/** Logs when the connection is lost and when it is back, once each, and keeps ioredis from crashing the process. */
function observed(redis: Redis, logger: Logger): Redis {
  let lost = false;
  redis.on('error', (error: Error & { code?: string }) => {
    if (!lost) logger.warn('redis.lost', { code: error.code ?? error.name });
    lost = true;
  });
  redis.on('ready', () => {
    if (lost) logger.info('redis.back');
    lost = false;
  });
  return redis;
}
