import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { withLock } from '../../bootstrap/lock.mjs';
import { CACHE, ROOT } from '../paths.ts';
import { findOnPath, type RunResult, run } from '../processes/programs.ts';
import { installDebianPackages } from './debian.ts';
import type { Log } from './engine.ts';
import { brokerSettings, toProperties } from './kafka-settings.ts';

const POM = join(ROOT, 'tools', 'kafka', 'pom.xml');
const CONSOLE_CONSUMER_POM = join(ROOT, 'tools', 'kafka', 'console-consumer.pom.xml');

/** Where a broker's log lines go and how many of them. */
export const LOG_CONFIG = join(ROOT, 'tools', 'kafka', 'log4j2.properties');

// By its full name, so that no look-up of prefixes decides which version runs.
const COPY_DEPENDENCIES = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies';

const JAVA_MAJOR_MIN = 17;
const MAVEN_TIMEOUT_MS = 600_000;
const FORMAT_TIMEOUT_MS = 60_000;
const CLUSTER_ID = '5L6g3nShT-eMCtK--X86sw';

/** What it takes to run a broker here. */
export type KafkaPrograms = {
  readonly version: string;
  readonly java: string;
  readonly classPath: string;
  /** A formatted, empty data folder to begin from; it knows nothing of ports. */
  readonly formatted: string;
};

/** The version of Kafka that a pom names; by default that of the broker, `tools/kafka/pom.xml`. */
export function kafkaVersion(pom = POM): string {
  const version = /<kafka\.version>([\d.]+)<\/kafka\.version>/.exec(readFileSync(pom, 'utf8'))?.[1];
  if (!version) throw new Error(`${pom} names no kafka.version`);
  return version;
}

/**
 * Gets a Java, Kafka's jars from Maven Central and a formatted data folder, each only when it is not there yet.
 *
 * @throws Error with a sentence about what could not be had.
 */
export async function fetchKafka(log: Log): Promise<KafkaPrograms> {
  const version = kafkaVersion();
  const folder = join(CACHE, 'kafka', version);
  const java = await findJava(log);
  await withLock(join(CACHE, 'kafka.lock'), async () => {
    await placeWhole(join(folder, 'libs'), (part) => fetchJars(POM, part, log));
    await placeWhole(join(folder, 'formatted'), (part) => format(java, join(folder, 'libs'), part));
  });
  return { version, java, classPath: classPathOf(join(folder, 'libs')), formatted: join(folder, 'formatted') };
}

/**
 * Gets a Java and the jars of Kafka's own console consumer from Maven Central, each only when it is not there yet.
 *
 * @throws Error with a sentence about what could not be had.
 */
export async function fetchConsoleConsumer(log: Log): Promise<Pick<KafkaPrograms, 'java' | 'classPath'>> {
  const libs = join(CACHE, 'kafka', `console-consumer-${kafkaVersion(CONSOLE_CONSUMER_POM)}`, 'libs');
  const java = await findJava(log);
  await withLock(join(CACHE, 'kafka.lock'), () =>
    placeWhole(libs, (part) => fetchJars(CONSOLE_CONSUMER_POM, part, log)),
  );
  return { java, classPath: classPathOf(libs) };
}

async function findJava(log: Log): Promise<string> {
  const onPath = findOnPath('java');
  if (onPath && (await isJavaRecent(onPath))) return onPath;
  await installDebianPackages(`Kafka's Java (${JAVA_MAJOR_MIN} or newer)`, ['default-jre-headless'], log);
  const installed = findOnPath('java');
  if (installed && (await isJavaRecent(installed))) return installed;
  throw new Error(`Kafka needs Java ${JAVA_MAJOR_MIN} or newer, and the java on PATH is older.`);
}

async function isJavaRecent(java: string): Promise<boolean> {
  const { output } = await run(java, ['-version']);
  return Number(/version "(\d+)/.exec(output)?.[1] ?? 0) >= JAVA_MAJOR_MIN;
}

async function fetchJars(pom: string, folder: string, log: Log): Promise<void> {
  const version = kafkaVersion(pom);
  if (!findOnPath('mvn')) await installDebianPackages("Maven, which fetches Kafka's jars,", ['maven'], log);
  log(`fetching the jars of Kafka ${version} from Maven Central ...`);
  const args = ['-B', '-q', '-f', pom, COPY_DEPENDENCIES, `-DoutputDirectory=${folder}`];
  const result = await run('mvn', args, { timeoutMs: MAVEN_TIMEOUT_MS });
  if (!result.ok)
    throw new Error(`the jars of Kafka ${version} could not be fetched; Maven says:\n${firstLines(result)}`);
}

/** Formatting takes a second of Java, so it is done once; the folder is copied for every new broker. */
function format(java: string, libs: string, folder: string): Promise<void> {
  return formatData({ java, classPath: classPathOf(libs) }, folder);
}

/** Makes a data folder with which a broker can begin. Users of SCRAM are as Kafka's storage tool takes them. */
export async function formatData(
  { java, classPath }: Pick<KafkaPrograms, 'java' | 'classPath'>,
  folder: string,
  scramUsers: readonly string[] = [],
): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const config = `${folder}.properties`;
  writeFileSync(config, toProperties(brokerSettings({ client: 9092, controller: 9093 }, folder)));
  const args = ['-XX:TieredStopAtLevel=1', `-Dlog4j2.configurationFile=${LOG_CONFIG}`, '-cp', classPath];
  const users = scramUsers.flatMap((user) => ['--add-scram', user]);
  const order = ['kafka.tools.StorageTool', 'format', '-t', CLUSTER_ID, '-c', config, ...users];
  const result = await run(java, [...args, ...order], { timeoutMs: FORMAT_TIMEOUT_MS });
  rmSync(config);
  if (!result.ok) throw new Error(`Kafka's data folder could not be formatted:\n${firstLines(result)}`);
}

/** Makes the folder whole or not at all: under another name first, so that an interrupted run leaves nothing half done. */
async function placeWhole(folder: string, make: (part: string) => Promise<void>): Promise<void> {
  if (existsSync(folder)) return;
  const part = `${folder}.part`;
  rmSync(part, { recursive: true, force: true });
  mkdirSync(dirname(folder), { recursive: true });
  await make(part);
  renameSync(part, folder);
}

function classPathOf(libs: string): string {
  const jars = readdirSync(libs).filter((file) => file.endsWith('.jar'));
  return jars
    .sort()
    .map((jar) => join(libs, jar))
    .join(':');
}

function firstLines({ output }: RunResult): string {
  return output.trim().split('\n').slice(0, 8).join('\n');
}
