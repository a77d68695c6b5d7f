import type { Kafka } from 'kafkajs';

/** How missing topics are made. */
export interface TopicSettings {
  /** False where topics are made by other means: then they must exist. */
  readonly create: boolean;
  readonly partitions: number;
  readonly replicationFactor: number;
}

/** Makes the topics that are missing; existing ones are left as they are. */
export async function ensureTopics(kafka: Kafka, names: readonly string[], settings: TopicSettings): Promise<void> {
  if (!settings.create) return;
  const admin = kafka.admin();
  await admin.connect();
  try {
    const existing = new Set(await admin.listTopics());
    const missing = names.filter((name) => !existing.has(name));
    if (missing.length === 0) return;
    await admin.createTopics({
      waitForLeaders: true,
      topics: missing.map((topic) => ({
        topic,
        numPartitions: settings.partitions,
        replicationFactor: settings.replicationFactor,
      })),
    });
  } finally {
    await admin.disconnect();
  }
}
