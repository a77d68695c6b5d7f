import { join } from 'node:path';
import { createLogger } from '@identity-events/shared/runtime/logger';
import { connectPatiently } from '@identity-events/shared/runtime/redis';
import type { RedisAddress } from '@identity-events/shared/runtime/redis-address';
import type { Engine } from '@identity-events/tools/engines/engine';
import { createClusterNode, type EngineOptions } from '@identity-events/tools/engines/redis';
import { waitFor } from '@identity-events/tools/processes/wait-for';

type Node = Awaited<ReturnType<typeof createClusterNode>>;

const slots = 16_384;
const formedWithinMs = 60_000;

/** Primaries with a replica each, on loopback. */
export interface RedisCluster {
  /** As `REDIS_CLUSTER_NODES` takes them. */
  readonly nodes: string;
  readonly address: RedisAddress;
  /** The primaries first. */
  readonly engines: readonly Engine[];
  /** Takes commands for the slot of the service, wherever that is. */
  readonly redis: ReturnType<typeof connectPatiently>;
  /** The node that serves the slot of the service now. */
  primary(): Promise<Engine>;
  /** Resolves once the primary of that slot has a replica that keeps up. */
  replicated(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Starts the nodes and makes a cluster of them; resolves once each knows all and every slot is served. With fewer than three primaries
 * none is promoted by itself, for that takes a majority.
 */
export async function openRedisCluster({ dataDir, log }: EngineOptions, primaries = 3): Promise<RedisCluster> {
  await using undo = new AsyncDisposableStack();
  const nodes: Node[] = [];
  for (let n = 0; n < 2 * primaries; n += 1) {
    const node = await createClusterNode({ dataDir: join(dataDir, `redis-${n}`), log });
    undo.defer(() => node.discard());
    await node.start();
    nodes.push(node);
  }
  await form(nodes, primaries);
  const cluster = nodes.map((node) => ({ host: '127.0.0.1', port: portOf(node) }));
  const address = { url: nodes[0]?.address ?? '', cluster };
  const redis = connectPatiently(address, createLogger('cluster', 'error'));
  undo.defer(async () => redis.disconnect());
  const release = undo.move();
  return {
    nodes: cluster.map(({ host, port }) => `${host}:${port}`).join(),
    address,
    engines: nodes,
    redis,
    async primary() {
      const port = Number(/tcp_port:(\d+)/.exec(await redis.info('server'))?.[1]);
      const found = nodes.find((node) => portOf(node) === port);
      if (!found) throw new Error(`no node has port ${port}`);
      return found;
    },
    async replicated() {
      const keepsUp = async (): Promise<boolean> => /slave0:.*state=online/.test(await redis.info('replication'));
      await waitFor(keepsUp, { what: 'a replica that keeps up', deadlineMs: formedWithinMs });
    },
    close: () => release.disposeAsync(),
  };
}

const portOf = ({ address }: Engine): number => Number(new URL(address).port);

/** What `redis-cli --cluster create` does: slots to the first ones, all introduced to each other, the others their replicas. */
async function form(nodes: readonly Node[], primaries: number): Promise<void> {
  const logger = createLogger('cluster', 'error');
  const connections = nodes.map(({ address }) => connectPatiently(address, logger));
  try {
    const share = Math.ceil(slots / primaries);
    for (const [n, redis] of connections.slice(0, primaries).entries()) {
      await redis.call('CLUSTER', 'SET-CONFIG-EPOCH', n + 1);
      await redis.call('CLUSTER', 'ADDSLOTSRANGE', n * share, Math.min((n + 1) * share, slots) - 1);
    }
    for (const node of nodes.slice(1)) {
      await connections[0]?.call('CLUSTER', 'MEET', '127.0.0.1', portOf(node), node.busPort);
    }
    const ids = await Promise.all(connections.map((redis) => redis.call('CLUSTER', 'MYID')));
    // While two nodes shake hands, they know each other under other names.
    await everywhere(connections, 'NODES', (told) => ids.every((id) => told.includes(String(id))));
    for (const [n, redis] of connections.slice(primaries).entries()) {
      await redis.call('CLUSTER', 'REPLICATE', String(ids[n]));
    }
    await everywhere(connections, 'INFO', (told) => told.includes('cluster_state:ok'));
    for (const redis of connections.slice(primaries)) {
      const isLinked = async (): Promise<boolean> => /master_link_status:up/.test(await redis.info('replication'));
      await waitFor(isLinked, { what: 'a replica of each primary', deadlineMs: formedWithinMs });
    }
  } finally {
    for (const redis of connections) redis.disconnect();
  }
}

/** Waits until what each node answers is right. */
async function everywhere(
  connections: readonly ReturnType<typeof connectPatiently>[],
  asked: 'INFO' | 'NODES',
  isRight: (told: string) => boolean,
): Promise<void> {
  const all = async (): Promise<boolean> => {
    const told = await Promise.all(connections.map((redis) => redis.call('CLUSTER', asked)));
    return told.every((one) => isRight(String(one)));
  };
  await waitFor(all, { what: `the right CLUSTER ${asked} on each node`, deadlineMs: formedWithinMs });
}
