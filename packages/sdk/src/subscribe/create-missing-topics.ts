import { setTimeout as sleep } from 'node:timers/promises';
import type { Admin, Kafka } from 'kafkajs';

const knownWithinMs = 30_000;

/** Makes the topics that are missing; existing ones are left as they are. Resolves once the brokers know them all. */
export async function createMissingTopics(
  kafka: Kafka,
  topics: readonly string[],
  { partitions, replicationFactor }: { readonly partitions: number; readonly replicationFactor: number },
): Promise<void> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const existing = new Set(await admin.listTopics());
    const missing = topics.filter((topic) => !existing.has(topic));
    if (missing.length === 0) return;
    // False, and no error, when another process was faster. kafkajs' own wait for leaders fails when a broker is late.
    await admin.createTopics({
      waitForLeaders: false,
      topics: missing.map((topic) => ({ topic, numPartitions: partitions, replicationFactor })),
    });
    await untilKnown(admin, missing);
  } finally {
    await admin.disconnect();
  }
}

async function untilKnown(admin: Admin, topics: string[]): Promise<void> {
  const deadline = Date.now() + knownWithinMs;
  while (!(await areKnown(admin, topics, deadline))) await sleep(50);
}

async function areKnown(admin: Admin, topics: string[], deadline: number): Promise<boolean> {
  try {
    const found = await admin.fetchTopicMetadata({ topics });
    return found.topics.every(({ partitions }) => partitions.every(({ leader }) => leader >= 0));
  } catch (error) {
    if (Date.now() > deadline) throw error;
    return false;
  }
}
