/**
 * Baseline b, the worker: calls the provider with fetch (which keeps connections alive) and sends one Kafka message for each
 * job. No checkpoint, no budget, no outbox: what it does not do is what it costs less.
 */
import { createServer } from 'node:http';
import process from 'node:process';
import { Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { Kafka, logLevel, Partitioners } from 'kafkajs';
import { type NaiveJob, naiveQueue, naiveTopic } from './naive-queue.ts';

const env = (name: string): string => process.env[name] ?? '';
const endpoint = `${env('VLENS_BASE_URL')}/api/DigitalIdentity/LinkUserWithExistingTransaction`;

const kafka = new Kafka({ clientId: 'naive', brokers: env('KAFKA_BROKERS').split(','), logLevel: logLevel.NOTHING });
const admin = kafka.admin();
await admin.connect();
await admin.createTopics({ topics: [{ topic: naiveTopic, numPartitions: 6 }], waitForLeaders: true });
await admin.disconnect();
const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
await producer.connect();

interface VlensAnswer {
  readonly error_code: number | null;
  readonly data?: { readonly isDigitalIdentityVerified?: boolean };
}

const worker = new Worker<NaiveJob>(
  naiveQueue,
  async ({ data: { captureId, subject, userToken, transactionId } }) => {
    const response = await fetch(endpoint, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ApiKey: env('VLENS_API_KEY'),
        authorization: `Bearer ${userToken}`,
      },
      body: JSON.stringify({ transactionId, getExtractedData: true }),
      signal: AbortSignal.timeout(10_000),
    });
    if (!response.ok) throw new Error(`the provider answered ${response.status}`);
    const answer = (await response.json()) as VlensAnswer;
    const outcome = !answer.error_code && answer.data?.isDigitalIdentityVerified ? 'verified' : 'failed';
    const value = JSON.stringify({ captureId, subject, transactionId, outcome, decidedAt: new Date().toISOString() });
    await producer.send({ topic: naiveTopic, messages: [{ key: subject, value }] });
  },
  {
    connection: new Redis(env('REDIS_URL'), { maxRetriesPerRequest: null }),
    concurrency: Number(env('CONCURRENCY')),
  },
);
worker.on('failed', (_job, error) => void process.stderr.write(`${error.message}\n`));

createServer((_request, response) => void response.end('ok')).listen(Number(env('PORT')), '127.0.0.1');
process.once('SIGTERM', () => process.exit(0));
