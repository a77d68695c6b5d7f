import { fetchConsoleConsumer, LOG_CONFIG } from '@identity-events/tools/engines/kafka-programs';
import { run } from '@identity-events/tools/processes/programs';

/** Where a record stands. */
interface Place {
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
}

/** A record as Kafka's console consumer prints it. */
interface PrintedRecord {
  readonly headers: Readonly<Record<string, string>>;
  readonly key: string;
  readonly value: string;
}

const PROGRAM = 'org.apache.kafka.tools.consumer.ConsoleConsumer';

/** Reads one record with Kafka's own console consumer, a process of Java; its jars are fetched the first time. */
export async function readWithJava(brokers: string, { topic, partition, offset }: Place): Promise<PrintedRecord> {
  const { java, classPath } = await fetchConsoleConsumer(() => undefined);
  const jvm = ['-XX:TieredStopAtLevel=1', `-Dlog4j2.configurationFile=${LOG_CONFIG}`, '-cp', classPath, PROGRAM];
  const where = ['--bootstrap-server', brokers, '--topic', topic, '--partition', String(partition), '--offset', offset];
  const what = ['print.headers=true', 'print.key=true'].flatMap((property) => ['--formatter-property', property]);
  const limits = ['--max-messages', '1', '--timeout-ms', '20000'];
  const { stdout, output } = await run(java, [...jvm, ...where, ...what, ...limits], { timeoutMs: 60_000 });
  const line = stdout.split('\n').find((text) => text.includes('\t'));
  if (line === undefined) throw new Error(`the console consumer printed no record:\n${output}`);
  const [headers = '', key = '', value = ''] = line.split('\t');
  return { headers: Object.fromEntries(headers.split(',').map(toPair)), key, value };
}

/** `name:value`, where the value may have colons of its own. */
function toPair(header: string): [string, string] {
  const end = header.indexOf(':');
  return [header.slice(0, end), header.slice(end + 1)];
}
