import { createConnection, Socket } from 'node:net';
import { connect as connectByTls } from 'node:tls';
import { AbstractConnector, Redis, type RedisOptions } from 'ioredis';
import { redisPrefix } from '../contracts/capture-job.ts';

/** A node of a Redis Cluster. */
export interface ClusterNode {
  readonly host: string;
  readonly port: number;
}

type Stream = ReturnType<typeof createConnection> | ReturnType<typeof connectByTls>;

/** What one node may take to say who serves a slot, in ms. */
const askMs = 2_000;

/**
 * A way of connecting, for ioredis' `Connector`: to the node of a Redis Cluster that serves this service's one slot now.
 *
 * Every key here shares the hash tag of `redisPrefix`, so a client needs no other node; with a plain connection to it, all that is
 * promised of connections to one Redis holds for a cluster, too. Each connection asks again where the slot is, each time
 * another of the seeds first: one that is cut off from the others tells what was.
 */
export function connectorToSlotPrimary(seeds: readonly ClusterNode[]): NonNullable<RedisOptions['Connector']> {
  return class SlotPrimaryConnector extends AbstractConnector {
    readonly #options: RedisOptions;
    #asked = 0;

    constructor(options: unknown) {
      const known = options as RedisOptions;
      super(known.disconnectTimeout ?? askMs);
      this.#options = known;
    }

    override async connect(): Promise<Stream> {
      this.connecting = true;
      delete this.firstError;
      const first = this.#asked++ % seeds.length;
      const order = [...seeds.slice(first), ...seeds.slice(0, first)];
      const found = await findPrimary(order, this.#options).catch((error: Error) => error);
      if (!this.connecting) throw new Error('Connection is closed.');
      if (found instanceof Error) return this.#fail(found);
      const { tls } = this.#options;
      const stream = tls ? connectByTls({ ...tls, ...found }) : createConnection({ ...found });
      stream.once('error', (error: Error) => {
        this.firstError = error;
      });
      this.stream = stream;
      return stream;
    }

    /** To ioredis a connection that broke, which it tries again; it would never try again what is thrown here. */
    #fail(error: Error): Stream {
      this.firstError = error;
      this.stream = new Socket().destroy();
      return this.stream;
    }
  };
}

async function findPrimary(order: readonly ClusterNode[], options: RedisOptions): Promise<ClusterNode> {
  let last: unknown;
  for (const node of order) {
    try {
      return await askForPrimary(node, options);
    } catch (error) {
      last = error;
    }
  }
  throw last instanceof Error ? last : new Error('no node of the Redis Cluster was named');
}

/** Asks one node, on a connection of its own. */
async function askForPrimary(node: ClusterNode, options: RedisOptions): Promise<ClusterNode> {
  const { username, password, tls } = options;
  const redis = new Redis({
    ...node,
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(tls && { tls }),
    protocol: 2,
    lazyConnect: true,
    enableReadyCheck: false,
    connectTimeout: askMs,
    commandTimeout: askMs,
    retryStrategy: null,
    maxRetriesPerRequest: 0,
  });
  // What connect rejects with says only that the connection is closed.
  let met: unknown;
  redis.on('error', (error) => void (met = error));
  try {
    await redis.connect();
    const [slot, ranges] = await Promise.all([redis.cluster('KEYSLOT', redisPrefix), redis.cluster('SLOTS')]);
    return primaryOf(slot, ranges, node);
  } catch (error) {
    throw met ?? error;
  } finally {
    redis.disconnect();
  }
}

/** A line of `CLUSTER SLOTS`: first and last slot, the primary, its replicas. https://redis.io/docs/latest/commands/cluster-slots/ */
type SlotRange = readonly [
  first: number,
  last: number,
  ...nodes: (readonly [host: string | null, port: number, ...unknown[]])[],
];

/** Who serves the slot; a node that does not know by what name others reach it means the one by which it was reached. */
export function primaryOf(slot: number, ranges: readonly SlotRange[], asked: ClusterNode): ClusterNode {
  const [, , primary] = ranges.find(([first, last]) => first <= slot && slot <= last) ?? [];
  if (!primary) throw new Error('no node of the Redis Cluster serves the slot of this service');
  const [host, port] = primary;
  return { host: host === null || host === '' || host === '?' ? asked.host : host, port };
}
