import { randomUUID } from 'node:crypto';
import process from 'node:process';
import type { Logger } from '@identity-events/shared/runtime/logger';
import { ConfigResourceTypes, Kafka, logLevel } from 'kafkajs';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { ensureTopics } from './ensure-topics.ts';
import { topicRetention } from './topic-retention.ts';

const brokers = (process.env['KAFKA_BROKERS'] ?? '').split(',');
const kafka = new Kafka({ brokers, clientId: 'ensure-topics', logLevel: logLevel.NOTHING, retry: { retries: 2 } });
const admin = kafka.admin();
const settings = { create: true, partitions: 3, replicationFactor: 1, retentionMs: 7 * 86_400_000 };
let lines: { message: string; fields: unknown }[] = [];
let topic: string;

const line = (message: string, fields?: unknown): void => void lines.push({ message, fields });
const logger: Logger = { debug: line, info: line, warn: line, error: line };

beforeAll(() => admin.connect());
beforeEach(() => {
  lines = [];
  topic = `test.${randomUUID()}`;
  return async () => {
    if ((await admin.listTopics()).includes(topic)) await admin.deleteTopics({ topics: [topic] });
  };
});
afterAll(() => admin.disconnect());

async function settingsOf(name: string): Promise<Record<string, string>> {
  const resources = [{ type: ConfigResourceTypes.TOPIC, name }];
  const described = await admin.describeConfigs({ resources, includeSynonyms: false });
  const entries = described.resources.flatMap(({ configEntries }) => configEntries);
  return Object.fromEntries(entries.map(({ configName, configValue }) => [configName, configValue]));
}

it('a topic that is missing is made with its partitions and its way of forgetting, once', async () => {
  for (let i = 0; i < 2; i++) await ensureTopics(kafka, [topic], settings, logger);
  expect(await settingsOf(topic)).toMatchObject({
    'cleanup.policy': 'delete',
    'retention.ms': '604800000',
    'segment.ms': '86400000',
    'message.timestamp.type': 'LogAppendTime',
  });
  const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
  expect(topics[0]?.partitions).toHaveLength(3);
  expect(lines).toEqual([]);
});

it('a topic that forgets in another way is left as it is, and told of', async () => {
  await admin.createTopics({ topics: [{ topic, configEntries: [{ name: 'retention.ms', value: '-1' }] }] });
  await ensureTopics(kafka, [topic], settings, logger);
  expect(await settingsOf(topic)).toMatchObject({ 'retention.ms': '-1' });
  expect(lines).toContainEqual({
    message: 'kafka.topic_differs',
    fields: { topic, setting: 'retention.ms', is: '-1', wanted: '604800000' },
  });
});

it('where topics come from elsewhere none is made; one that is missing is told of with what to do', async () => {
  await ensureTopics(kafka, [topic], { ...settings, create: false }, logger);
  expect(await admin.listTopics()).not.toContain(topic);
  const problem = `Kafka has no topic ${topic}: their events wait in the outbox. Make them, or set KAFKA_CREATE_TOPICS to true.`;
  expect(lines).toEqual([{ message: 'kafka.topics_missing', fields: { topics: topic, problem } }]);
});

it('a redaction can be read for longer than the outcome before it, whatever the retention', () => {
  for (const retentionMs of [3_600_000, 86_400_000, 400 * 86_400_000]) {
    const outcome = topicRetention('identity.verified', retentionMs);
    const redaction = topicRetention('identity.redacted', retentionMs);
    const goneAtLast = Number(outcome['retention.ms']) + Number(outcome['segment.ms']);
    expect(Number(redaction['retention.ms'])).toBeGreaterThanOrEqual(goneAtLast);
    expect(Number(outcome['segment.ms'])).toBeLessThanOrEqual(86_400_000);
  }
});
