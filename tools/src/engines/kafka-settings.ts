/** The loopback ports of a one-node Kafka: one for clients, one for its own controller. */
export type Ports = { readonly client: number; readonly controller: number };

/**
 * The settings of a broker that is its own controller, with its data in the folder: quick to let consumers join, one copy of
 * everything, and topics are made on purpose or not at all.
 */
export function brokerSettings({ client, controller }: Ports, dataFolder: string): Record<string, string> {
  return {
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.quorum.voters': `1@127.0.0.1:${controller}`,
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    listeners: `PLAINTEXT://127.0.0.1:${client},CONTROLLER://127.0.0.1:${controller}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${client}`,
    'log.dirs': dataFolder,
    'auto.create.topics.enable': 'false',
    'num.partitions': '6',
    'default.replication.factor': '1',
    'offsets.topic.num.partitions': '5',
    'offsets.topic.replication.factor': '1',
    'transaction.state.log.num.partitions': '5',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    'share.coordinator.state.topic.replication.factor': '1',
    'share.coordinator.state.topic.min.isr': '1',
    'group.initial.rebalance.delay.ms': '0',
    // What is too old goes within a second, so that a test need not wait for minutes to see it.
    'log.retention.check.interval.ms': '1000',
    'log.initial.task.delay.ms': '500',
    // A broker that was killed may register again once its old session has ended: 9 s by default, long for an outage test.
    'broker.session.timeout.ms': '2000',
    'broker.heartbeat.interval.ms': '500',
  };
}

/**
 * The settings of one of several brokers, the nth from 0, each a controller, too: three copies of everything, of which two must have
 * what is acknowledged.
 */
export function clusterSettings(ports: readonly Ports[], n: number, dataFolder: string): Record<string, string> {
  const own = ports[n];
  if (!own) throw new Error(`there is no broker ${n}`);
  const copies = {
    'default.replication.factor': '3',
    'min.insync.replicas': '2',
    'offsets.topic.replication.factor': '3',
    'transaction.state.log.replication.factor': '3',
    'transaction.state.log.min.isr': '2',
    'share.coordinator.state.topic.replication.factor': '3',
    'share.coordinator.state.topic.min.isr': '2',
  };
  return {
    ...brokerSettings(own, dataFolder),
    ...copies,
    'node.id': String(n + 1),
    'controller.quorum.voters': ports.map(({ controller }, at) => `${at + 1}@127.0.0.1:${controller}`).join(),
  };
}

/** Settings in the format of a Java properties file. */
export function toProperties(settings: Readonly<Record<string, string>>): string {
  return Object.entries(settings)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');
}
