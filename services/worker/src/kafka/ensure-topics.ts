import { errorCode } from '@identity-events/shared/runtime/errors';
import type { Logger } from '@identity-events/shared/runtime/logger';
import kafkajs, { type Admin, type Kafka } from 'kafkajs';
import { topicRetention } from './topic-retention.ts';

/** How missing topics are made. */
export interface TopicSettings {
  /** False where topics are made by other means: then they must exist. */
  readonly create: boolean;
  readonly partitions: number;
  readonly replicationFactor: number;
  /** How long a record stays. */
  readonly retentionMs: number;
}

/**
 * Makes the topics that are missing, or tells of them where they come from elsewhere. Existing ones are left as they are; one that keeps records in another way than it would
 * be made is told of in the log, for how long an erased person's events can be read depends on it.
 */
export async function ensureTopics(
  kafka: Kafka,
  names: readonly string[],
  settings: TopicSettings,
  logger: Logger,
): Promise<void> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const existing = new Set(await admin.listTopics());
    const missing = names.filter((name) => !existing.has(name));
    if (settings.create) await create(admin, missing, settings);
    else if (missing.length > 0) tellOfMissing(missing, logger);
    await tellOfOthers(admin, settings.create ? names : names.filter((name) => existing.has(name)), settings, logger);
  } finally {
    await admin.disconnect();
  }
}

function tellOfMissing(missing: readonly string[], logger: Logger): void {
  const topics = missing.join(', ');
  const problem = `Kafka has no topic ${topics}: their events wait in the outbox. Make them, or set KAFKA_CREATE_TOPICS to true.`;
  logger.error('kafka.topics_missing', { topics, problem });
}

async function create(admin: Admin, missing: readonly string[], settings: TopicSettings): Promise<void> {
  if (missing.length === 0) return;
  await admin.createTopics({
    waitForLeaders: true,
    topics: missing.map((topic) => ({
      topic,
      numPartitions: settings.partitions,
      replicationFactor: settings.replicationFactor,
      configEntries: toEntries(topicRetention(topic, settings.retentionMs)),
    })),
  });
}

function toEntries(settings: Readonly<Record<string, string>>) {
  return Object.entries(settings).map(([name, value]) => ({ name, value }));
}

/** Needs Kafka's right to describe configurations; without it nothing is told, and publishing goes on. */
async function tellOfOthers(
  admin: Admin,
  names: readonly string[],
  { retentionMs }: TopicSettings,
  logger: Logger,
): Promise<void> {
  if (names.length === 0) return;
  try {
    const resources = names.map((name) => ({
      type: kafkajs.ConfigResourceTypes.TOPIC,
      name,
      configNames: Object.keys(topicRetention(name, retentionMs)),
    }));
    const described = await admin.describeConfigs({ resources, includeSynonyms: false });
    for (const { resourceName: topic, configEntries } of described.resources) {
      const wanted = topicRetention(topic, retentionMs);
      for (const { configName: setting, configValue: is } of configEntries) {
        if (is !== wanted[setting]) logger.warn('kafka.topic_differs', { topic, setting, is, wanted: wanted[setting] });
      }
    }
  } catch (error) {
    logger.warn('kafka.topics_unknown', { code: errorCode(error) });
  }
}
