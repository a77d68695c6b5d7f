import kafkajs, { type Admin } from 'kafkajs';
import { eventTypes } from '#contracts/event-contracts';
import { asAdmin, openKafka } from '../kafka.ts';
import type { Terminal } from '../terminal.ts';
import { type Finding, fault, note, ok, skipped } from './finding.ts';

/** A topic with what of its settings the promises depend on. */
export interface TopicFacts {
  readonly topic: string;
  readonly partitions: number;
  /** Copies of the partition that has the fewest. */
  readonly replicas: number;
  /** Partitions without a leader, or with copies that are behind. */
  readonly unwell: number;
  /** Empty where this program may not read them. */
  readonly settings: Readonly<Record<string, string>>;
}

const settingNames = ['cleanup.policy', 'retention.ms', 'message.timestamp.type', 'min.insync.replicas'];

/** Whether Kafka answers, and has the topics as they should be. */
export async function checkKafka(
  terminal: Terminal,
  brokers: readonly string[] | undefined,
  prefix: string,
): Promise<Finding[]> {
  if (!brokers) return [skipped('kafka', 'Set KAFKA_BROKERS, or give --brokers, to have Kafka looked at.')];
  try {
    return await asAdmin(openKafka(terminal, brokers), (admin) => checkTopics(admin, prefix));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return [
      fault(
        'kafka',
        why,
        'Are the brokers right and running, and do they advertise addresses that can be reached from here?',
      ),
    ];
  }
}

async function checkTopics(admin: Admin, prefix: string): Promise<Finding[]> {
  const { brokers } = await admin.describeCluster();
  const existing = new Set(await admin.listTopics());
  const topics = eventTypes.map((type) => `${prefix}${type}`);
  const facts = await readTopics(
    admin,
    topics.filter((topic) => existing.has(topic)),
  );
  const missing = topics.filter((topic) => !existing.has(topic));
  return [
    ok('kafka', `${brokers.length} brokers answer`),
    ...missing.map((topic) =>
      fault(
        `topic ${topic}`,
        'is not there',
        'Workers make it at their start, unless KAFKA_CREATE_TOPICS is off: then make it yourself.',
      ),
    ),
    ...facts.map((topic) => judgeTopic(topic, brokers.length)),
  ];
}

async function readTopics(admin: Admin, topics: string[]): Promise<TopicFacts[]> {
  if (topics.length === 0) return [];
  const metadata = await admin.fetchTopicMetadata({ topics });
  const settings = await readSettings(admin, topics);
  return metadata.topics.map(({ name, partitions }) => ({
    topic: name,
    partitions: partitions.length,
    replicas: Math.min(...partitions.map(({ replicas }) => replicas.length)),
    unwell: partitions.filter(({ leader, isr, replicas }) => leader < 0 || isr.length < replicas.length).length,
    settings: settings.get(name) ?? {},
  }));
}

async function readSettings(admin: Admin, topics: readonly string[]): Promise<Map<string, Record<string, string>>> {
  const resources = topics.map((name) => ({
    type: kafkajs.ConfigResourceTypes.TOPIC,
    name,
    configNames: settingNames,
  }));
  try {
    const { resources: found } = await admin.describeConfigs({ resources, includeSynonyms: false });
    return new Map(
      found.map(({ resourceName, configEntries }) => [
        resourceName,
        Object.fromEntries(configEntries.map(({ configName, configValue }) => [configName, configValue])),
      ]),
    );
  } catch {
    return new Map();
  }
}

/** What a topic's settings mean for the promises (docs/adr/0012-kafka-forgets-by-age.md). Pure: the worst of it is told. */
export function judgeTopic({ topic, partitions, replicas, unwell, settings }: TopicFacts, brokers: number): Finding {
  const check = `topic ${topic}`;
  const retention = Number(settings['retention.ms']);
  const found = `${partitions} partitions, ${replicas} copies, ${inDays(retention)}`;
  if (unwell > 0)
    return fault(
      check,
      `${unwell} of ${partitions} partitions have no leader, or copies that are behind`,
      'Look at the brokers.',
    );
  if (Object.keys(settings).length === 0)
    return note(
      check,
      `${partitions} partitions, ${replicas} copies`,
      "Its settings need Kafka's right DescribeConfigs.",
    );
  if (settings['cleanup.policy'] !== 'delete') {
    return fault(
      check,
      `cleanup.policy is ${settings['cleanup.policy']}`,
      "Set it to delete: compaction takes a person's earlier events away.",
    );
  }
  if (retention < 0)
    return fault(check, 'keeps records for ever', 'Set retention.ms: an erased person must be forgotten in time.');
  if (settings['message.timestamp.type'] !== 'LogAppendTime') {
    return note(
      check,
      `age is counted from ${settings['message.timestamp.type']}`,
      'Set message.timestamp.type to LogAppendTime: a wrong clock then changes no retention.',
    );
  }
  if (replicas === 1 && brokers > 1)
    return fault(check, `${found}: one copy`, 'Give it three copies, and min.insync.replicas 2.');
  if (replicas === 1)
    return note(check, `${found}: one copy`, 'Fit for trying out: the loss of the broker is the loss of its events.');
  if (settings['min.insync.replicas'] === '1')
    return note(check, `${found}: one copy is enough for an answer`, 'Set min.insync.replicas to 2.');
  return ok(check, found);
}

function inDays(ms: number): string {
  return Number.isNaN(ms)
    ? 'retention unknown'
    : ms < 0
      ? 'kept for ever'
      : `kept for ${Math.round(ms / 8_640_000) / 10} days`;
}
