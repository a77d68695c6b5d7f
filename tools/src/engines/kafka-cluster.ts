import { randomBytes } from 'node:crypto';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '../processes/free-port.ts';
import { type Engine, processEngine } from './engine.ts';
import { answersAsCluster, JVM_FLAGS, READY_WITHIN_MS } from './kafka.ts';
import { fetchKafka, type KafkaPrograms, LOG_CONFIG } from './kafka-programs.ts';
import { clusterSettings, type Ports, toProperties } from './kafka-settings.ts';
import type { EngineOptions } from './redis.ts';

/**
 * Three brokers of our own that keep everything three times, not yet started; none is ready before two of them run. From their jars
 * on this machine's Java, also where Docker runs.
 */
export async function createKafkaCluster({ dataDir, log }: EngineOptions): Promise<readonly Engine[]> {
  const programs = await fetchKafka(log);
  const ports: Ports[] = [];
  for (let n = 0; n < 3; n += 1) ports.push({ client: await freePort(), controller: await freePort() });
  return ports.map((_, n) => broker(programs, ports, n, join(dataDir, `kafka-${n}`)));
}

function broker(
  { java, classPath, formatted, version }: KafkaPrograms,
  ports: readonly Ports[],
  n: number,
  folder: string,
) {
  const data = join(folder, 'data');
  mkdirSync(folder, { recursive: true });
  cpSync(formatted, data, { recursive: true });
  nameNode(join(data, 'meta.properties'), n + 1);
  const config = join(folder, 'server.properties');
  writeFileSync(config, toProperties(clusterSettings(ports, n, data)));
  const address = `127.0.0.1:${ports[n]?.client}`;
  const args = [...JVM_FLAGS, `-Dlog4j2.configurationFile=${LOG_CONFIG}`, '-cp', classPath, 'kafka.Kafka', config];
  return processEngine({
    name: `Kafka ${n + 1}`,
    address,
    runsAs: `Kafka ${version} on ${java}`,
    process: { command: java, args, logFile: join(folder, 'kafka.log') },
    isReady: () => answersAsCluster(address),
    readyWithinMs: READY_WITHIN_MS,
    discard: () => rm(folder, { recursive: true, force: true }),
  });
}

/** The formatted folder is that of node 1; every node has a number and an id of its folder of its own. */
function nameNode(file: string, id: number): void {
  const text = readFileSync(file, 'utf8')
    .replace(/^node\.id=.*$/m, `node.id=${id}`)
    .replace(/^directory\.id=.*$/m, `directory.id=${randomBytes(16).toString('base64url')}`);
  writeFileSync(file, text);
}
