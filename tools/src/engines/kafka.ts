import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import { freePort } from '../processes/free-port.ts';
import { run } from '../processes/programs.ts';
import { hasDocker } from './docker.ts';
import { type Engine, type EngineSpec, processEngine } from './engine.ts';
import { fetchKafka, type KafkaPrograms, kafkaVersion, LOG_CONFIG } from './kafka-programs.ts';
import { brokerSettings, type Ports, toProperties } from './kafka-settings.ts';
import type { EngineOptions } from './redis.ts';

export const READY_WITHIN_MS = 90_000;

// Quick to start rather than fast when hot, and small.
export const JVM_FLAGS = ['-Xms128m', '-Xmx384m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Xshare:auto'];

type Runs = Pick<EngineSpec, 'runsAs' | 'process' | 'discard'>;

/**
 * A one-node Kafka (KRaft) of our own on free loopback ports, not yet started: a container when Docker runs, else its own
 * jars on this machine's Java.
 */
export async function createKafka({ dataDir, log }: EngineOptions): Promise<Engine> {
  const ports = { client: await freePort(), controller: await freePort() };
  const address = `127.0.0.1:${ports.client}`;
  const logFile = join(dataDir, 'kafka.log');
  const runs = (await hasDocker())
    ? container(ports, logFile)
    : program(await fetchKafka(log), ports, dataDir, logFile);
  return processEngine({
    name: 'Kafka',
    address,
    ...runs,
    isReady: () => answersAsCluster(address),
    readyWithinMs: READY_WITHIN_MS,
  });
}

function program(
  { java, classPath, formatted, version }: KafkaPrograms,
  ports: Ports,
  dataDir: string,
  logFile: string,
): Runs {
  const folder = join(dataDir, 'kafka');
  const data = join(folder, 'data');
  mkdirSync(folder, { recursive: true });
  if (!existsSync(data)) cpSync(formatted, data, { recursive: true });

  const config = join(folder, 'server.properties');
  writeFileSync(config, toProperties(brokerSettings(ports, data)));
  const args = [...JVM_FLAGS, `-Dlog4j2.configurationFile=${LOG_CONFIG}`, '-cp', classPath, 'kafka.Kafka', config];
  return {
    runsAs: `Kafka ${version} on ${java}`,
    process: { command: java, args, logFile },
    discard: () => rm(folder, { recursive: true, force: true }),
  };
}

function container(ports: Ports, logFile: string): Runs {
  const name = `identity-events-kafka-${ports.client}`;
  const image = `apache/kafka:${kafkaVersion()}`;
  const settings = {
    ...brokerSettings(ports, '/var/lib/kafka/data'),
    'controller.quorum.voters': '1@localhost:9093',
    listeners: 'PLAINTEXT://:9092,CONTROLLER://:9093',
  };
  const env = Object.entries(settings).flatMap(([key, value]) => [
    '-e',
    `KAFKA_${key.toUpperCase().replaceAll('.', '_')}=${value}`,
  ]);
  const place = ['--name', name, '-p', `127.0.0.1:${ports.client}:9092`, '-v', `${name}:/var/lib/kafka/data`];
  const args = ['run', '--rm', ...place, ...env, image];
  return {
    runsAs: `container of ${image}`,
    process: { command: 'docker', args, logFile, cleanup: { command: 'docker', args: ['rm', '-f', name] } },
    discard: async () => void (await run('docker', ['volume', 'rm', '-f', name])),
  };
}

/** True when the broker has joined its cluster and the cluster has a controller. */
export async function answersAsCluster(address: string): Promise<boolean> {
  const kafka = new Kafka({
    brokers: [address],
    logLevel: logLevel.NOTHING,
    connectionTimeout: 1_000,
    requestTimeout: 2_000,
    retry: { retries: 0 },
  });
  const admin = kafka.admin();
  try {
    await admin.connect();
    const { brokers, controller } = await admin.describeCluster();
    return brokers.length > 0 && controller !== null;
  } catch {
    return false;
  } finally {
    await admin.disconnect();
  }
}
