import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '../processes/free-port.ts';
import { type Engine, processEngine } from './engine.ts';
import { answersAsCluster, JVM_FLAGS, READY_WITHIN_MS } from './kafka.ts';
import { fetchKafka, formatData, LOG_CONFIG } from './kafka-programs.ts';
import { brokerSettings, type Ports, toProperties } from './kafka-settings.ts';
import type { EngineOptions, EngineTls } from './redis.ts';

/** Who may come in by SASL, by every mechanism. */
export type KafkaUser = { readonly name: string; readonly password: string };

/** A broker whose address is its SASL_SSL listener; the others lead to the same. */
export type SecuredKafka = Engine & {
  /** Listener that asks for a client's certificate instead. */
  readonly mutual: string;
  /** Listener without TLS, with SASL. */
  readonly saslPlaintext: string;
};

const LOGIN = 'org.apache.kafka.common.security';

/** A one-node Kafka of our own, on this machine's Java, not yet started, whose listeners ask who a client is. */
export async function createSecuredKafka(
  { dataDir, log }: EngineOptions,
  tls: EngineTls,
  user: KafkaUser,
): Promise<SecuredKafka> {
  const programs = await fetchKafka(log);
  const folder = join(dataDir, 'kafka');
  const data = join(folder, 'data');
  mkdirSync(folder, { recursive: true });
  const scram = ['SCRAM-SHA-256', 'SCRAM-SHA-512'];
  await formatData(
    programs,
    data,
    scram.map((mechanism) => `${mechanism}=[name=${user.name},password=${user.password}]`),
  );

  const ports = { client: await freePort(), controller: await freePort() };
  const listeners = { SASL_SSL: await freePort(), SSL: await freePort(), SASL_PLAINTEXT: await freePort() };
  const keys = join(folder, 'keys.pem');
  writeFileSync(keys, readFileSync(tls.key, 'utf8') + readFileSync(tls.cert, 'utf8'), { mode: 0o600 });
  const config = join(folder, 'server.properties');
  writeFileSync(
    config,
    toProperties({
      ...brokerSettings(ports, data),
      ...listenersOf(ports, listeners),
      ...tlsOf(keys, tls.ca),
      ...saslOf(user),
    }),
  );
  const flags = [...JVM_FLAGS, `-Dlog4j2.configurationFile=${LOG_CONFIG}`, '-cp', programs.classPath];
  const engine = processEngine({
    name: 'Kafka',
    address: `127.0.0.1:${listeners.SASL_SSL}`,
    runsAs: `Kafka ${programs.version} on ${programs.java}`,
    process: { command: programs.java, args: [...flags, 'kafka.Kafka', config], logFile: join(dataDir, 'kafka.log') },
    isReady: () => answersAsCluster(`127.0.0.1:${ports.client}`),
    readyWithinMs: READY_WITHIN_MS,
    discard: () => rm(folder, { recursive: true, force: true }),
  });
  return {
    ...engine,
    mutual: `127.0.0.1:${listeners.SSL}`,
    saslPlaintext: `127.0.0.1:${listeners.SASL_PLAINTEXT}`,
  };
}

/** One for each protocol, named after it, beside those that every broker here has. */
function listenersOf(ports: Ports, added: Readonly<Record<string, number>>): Record<string, string> {
  const places = { PLAINTEXT: ports.client, ...added };
  const list = (all: object): string =>
    Object.entries(all)
      .map(([name, port]) => `${name}://127.0.0.1:${port}`)
      .join(',');
  return {
    listeners: list({ ...places, CONTROLLER: ports.controller }),
    'advertised.listeners': list(places),
    'listener.security.protocol.map': [
      ...Object.keys(places).map((name) => `${name}:${name}`),
      'CONTROLLER:PLAINTEXT',
    ].join(','),
  };
}

function tlsOf(keys: string, ca: string): Record<string, string> {
  return {
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.location': keys,
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.location': ca,
    'listener.name.ssl.ssl.client.auth': 'required',
  };
}

function saslOf({ name, password }: KafkaUser): Record<string, string> {
  const logins = (listener: string): Record<string, string> => ({
    [`${listener}.plain.sasl.jaas.config`]: `${LOGIN}.plain.PlainLoginModule required user_${name}="${password}";`,
    [`${listener}.scram-sha-256.sasl.jaas.config`]: `${LOGIN}.scram.ScramLoginModule required;`,
    [`${listener}.scram-sha-512.sasl.jaas.config`]: `${LOGIN}.scram.ScramLoginModule required;`,
  });
  return {
    'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
    ...logins('listener.name.sasl_ssl'),
    ...logins('listener.name.sasl_plaintext'),
  };
}
