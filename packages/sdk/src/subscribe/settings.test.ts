import { expect, it } from 'vitest';
import type { SubscribeOptions } from './options.ts';
import { toSettings } from './settings.ts';

const least: SubscribeOptions = {
  kafka: undefined as never,
  groupId: 'g',
  handlers: { 'identity.failed': () => undefined },
};

it('reads the topics of its handlers, under their prefix, and further ones', () => {
  const { sources } = toSettings({ ...least, topicPrefix: 'eu.', topics: ['replays', 'replays'] });
  expect(sources).toEqual(['eu.identity.failed', 'replays']);
});

it.each<[Partial<SubscribeOptions>, string]>([
  [{ groupId: '' }, 'groupId'],
  [{ attempts: 0 }, 'attempts'],
  [{ handlerTimeoutMs: Number.NaN }, 'handlerTimeoutMs'],
  [{ retryTopics: [{ topic: 'a b', delayMs: 1 }] }, 'retryTopics[0].topic'],
  [{ concurrency: 65 }, 'concurrency'],
  [{ handlers: {} }, 'handler'],
  [{ handlers: { 'identity.dreamt': () => undefined } as never }, 'handler'],
])('%o is refused by its name', (change, name) => {
  expect(() => toSettings({ ...least, ...change })).toThrow(name);
});
