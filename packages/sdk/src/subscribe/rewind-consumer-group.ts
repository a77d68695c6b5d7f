import type { Kafka } from 'kafkajs';
import { offsetsAt } from './skip-to.ts';

/** Which group reads again, and from when on. */
export interface RewindOptions {
  readonly kafka: Kafka;
  readonly groupId: string;
  readonly topics: readonly string[];
  /** The first event that Kafka took at this time or later is the next one that the group gets. */
  readonly to: Date;
}

/**
 * Moves a group to a time, back to catch up or forward to skip. All its processes must be stopped; throws kafkajs' error when one
 * is not. Events that the group's store has seen stay duplicates.
 */
export async function rewindConsumerGroup({ kafka, groupId, topics, to }: RewindOptions): Promise<void> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    for (const topic of topics) {
      const offsets = await offsetsAt(kafka, topic, to);
      const partitions = [...offsets].map(([partition, offset]) => ({ partition, offset }));
      await admin.setOffsets({ groupId, topic, partitions });
    }
  } finally {
    await admin.disconnect();
  }
}
