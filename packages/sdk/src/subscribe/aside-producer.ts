import { createHash } from 'node:crypto';
import type { Kafka, Message, PartitionMetadata, Producer } from 'kafkajs';

/** Writes records into retry and dead-letter topics. */
export interface AsideProducer {
  /** Resolves once all in-sync replicas have it. After any failure the next call begins with a new connection. */
  send(topic: string, message: Message): Promise<void>;
  close(): Promise<void>;
}

/** Connects with the first record that needs it. */
export function createAsideProducer(kafka: Kafka): AsideProducer {
  let ready: Promise<Producer> | undefined;

  async function close(): Promise<void> {
    const opened = ready;
    ready = undefined;
    const producer = await opened?.catch(() => undefined);
    await producer?.disconnect().catch(() => undefined);
  }

  return {
    close,
    async send(topic, message) {
      ready ??= openProducer(kafka);
      try {
        const producer = await ready;
        await producer.send({ topic, acks: -1, messages: [message] });
      } catch (error) {
        await close();
        throw error;
      }
    },
  };
}

async function openProducer(kafka: Kafka): Promise<Producer> {
  const producer = kafka.producer({ allowAutoTopicCreation: false, createPartitioner: () => byKey });
  await producer.connect();
  return producer;
}

/** One person's records share a partition, as in the topic that they come from. */
function byKey({ message, partitionMetadata }: { message: Message; partitionMetadata: PartitionMetadata[] }): number {
  const hash = createHash('sha256')
    .update(message.key ?? '')
    .digest();
  return hash.readUInt32BE() % partitionMetadata.length;
}
