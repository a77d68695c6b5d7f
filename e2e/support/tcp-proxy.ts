import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** An address between a client and an engine, for what networks do to connections. */
export interface TcpProxy {
  readonly port: number;
  /** New connections lead here from now on; those that stand keep their end. */
  leadTo(port: number): void;
  /** Connections that stand pass nothing more and are not closed: half open, as after a power cut of the other end. */
  goSilent(): void;
  /** Connections opened so far. */
  opened(): number;
  close(): Promise<void>;
}

/** Listens on a free loopback port and passes everything on to another. */
export async function openTcpProxy(targetPort: number): Promise<TcpProxy> {
  let target = targetPort;
  let opened = 0;
  const pairs = new Set<readonly [Socket, Socket]>();
  const server = createServer((client) => {
    opened += 1;
    const engine = connect({ port: target, host: '127.0.0.1' });
    const pair = [client, engine] as const;
    pairs.add(pair);
    client.pipe(engine).pipe(client);
    for (const socket of pair) {
      socket.on('error', () => undefined);
      socket.once('close', () => {
        for (const end of pair) end.destroy();
        pairs.delete(pair);
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    leadTo(port) {
      target = port;
    },
    goSilent() {
      for (const [client, engine] of pairs) {
        client.unpipe(engine);
        engine.unpipe(client);
        // Both ends are still read, so that neither is told to stop sending.
        for (const end of [client, engine]) end.resume();
      }
    },
    opened: () => opened,
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const pair of pairs) for (const end of pair) end.destroy();
      await closed;
    },
  };
}
