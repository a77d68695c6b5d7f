import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, vi } from 'vitest';
import { DependencyUnavailableError } from '../errors.ts';
import { madeEvent, toMessage } from './events.fixture.ts';
import { rewindConsumerGroup } from './rewind-consumer-group.ts';
import { openTestTopics, type TestTopics } from './test-topics.fixture.ts';

const withinMs = { timeout: 20_000, interval: 20 };
const until = (check: () => void): Promise<void> => vi.waitFor(check, withinMs);

/** Publishes one verified event for each id; all of one person, or of the person named. */
function publish(topics: TestTopics, ids: readonly string[], subject?: string): Promise<void> {
  const messages = ids.map((id) => toMessage(madeEvent(id, subject === undefined ? {} : { subject })));
  return topics.publish('identity.verified', messages);
}

/** A handler that writes down whose event it was given. */
function notes() {
  const ids: string[] = [];
  return {
    ids,
    handlers: { 'identity.verified': (event: { data: { captureId: string } }) => void ids.push(event.data.captureId) },
  };
}

it.concurrent('a group reads from the oldest event on, and goes on where it stopped', async (test) => {
  const topics = await openTestTopics(test);
  await publish(topics, ['a', 'b']);
  const first = notes();
  const subscription = await topics.subscribe(first);
  await until(() => expect(first.ids).toEqual(['a', 'b']));
  await subscription.stop();
  await publish(topics, ['c']);
  const second = notes();
  await topics.subscribe(second);
  await until(() => expect(second.ids).toEqual(['c']));
});

it.concurrent('each type goes to its handler', async (test) => {
  const topics = await openTestTopics(test);
  const seen: string[] = [];
  await topics.subscribe({
    handlers: {
      'identity.verified': ({ type, data }) => void seen.push(`${type} ${data.outcome}`),
      'identity.failed': ({ type, data }) => void seen.push(`${type} ${data.reason.code}`),
    },
  });
  await publish(topics, ['a']);
  await topics.publish('identity.failed', [toMessage(madeEvent('b', { outcome: 'failed' }))]);
  await until(() => expect(seen.sort()).toEqual(['identity.failed document_expired', 'identity.verified verified']));
});

it.concurrent('what fails goes through its retry topic after a delay, then succeeds', async (test) => {
  const topics = await openTestTopics(test, ['retry']);
  const attempts: { attempt: number; at: number; topic: string }[] = [];
  await topics.subscribe({
    attempts: 2,
    retryTopics: [{ topic: topics.name('retry'), delayMs: 300 }],
    handlers: {
      'identity.verified': (_, { attempt, topic }) => {
        attempts.push({ attempt, at: Date.now(), topic });
        if (attempt < 3) throw new TypeError('not yet');
      },
    },
  });
  await publish(topics, ['a']);
  await until(() => expect(attempts.map(({ attempt }) => attempt)).toEqual([1, 2, 3]));
  expect(new Set(attempts.map(({ topic }) => topic))).toEqual(new Set([topics.name('identity.verified')]));
  expect((attempts[2]?.at ?? 0) - (attempts[1]?.at ?? 0)).toBeGreaterThanOrEqual(300);
});

it.concurrent('what fails for good, or can not be read, is a dead letter with its origin, and the rest goes on', async (test) => {
  const topics = await openTestTopics(test, ['dead']);
  const ids: string[] = [];
  await topics.subscribe({
    attempts: 1,
    deadLetterTopic: topics.name('dead'),
    handlers: {
      'identity.verified': ({ data }) => {
        if (data.captureId === 'bad') throw new RangeError('quotes Amina');
        ids.push(data.captureId);
      },
    },
  });
  await publish(topics, ['bad']);
  await topics.publish('identity.verified', [{ ...toMessage(madeEvent('garbled')), value: '{' }]);
  await publish(topics, ['good']);
  await until(() => expect(ids).toEqual(['good']));
  const [bad, garbled] = await topics.read('dead', 2);
  const { key, value, headers } = toMessage(madeEvent('bad'));
  expect(bad).toMatchObject({ key, value, headers });
  expect(bad?.headers).toMatchObject({
    original_topic: topics.name('identity.verified'),
    original_offset: '0',
    original_group: topics.name('group'),
    exception_name: 'RangeError',
    attempts: '1',
  });
  expect(JSON.stringify(bad)).not.toContain('Amina');
  expect(garbled?.headers).toMatchObject({ original_offset: '1', exception_code: 'unreadable-event', attempts: '0' });
});

it.concurrent('a dependency that is away holds its partition alone; then everything comes in order', async (test) => {
  const topics = await openTestTopics(test, [], 8);
  let away = true;
  const handled: string[] = [];
  const reports: string[] = [];
  await topics.subscribe({
    onRecord: ({ outcome }) => void reports.push(outcome),
    handlers: {
      'identity.verified': ({ data }) => {
        if (away && data.subject === 'held') throw new DependencyUnavailableError('the database is away');
        handled.push(data.captureId);
      },
    },
  });
  await publish(topics, ['h1', 'h2', 'h3'], 'held');
  await until(() => expect(reports.filter((outcome) => outcome === 'held').length).toBeGreaterThan(2));
  await publish(topics, ['f1', 'f2'], 'free-4');
  await until(() => expect(handled).toEqual(['f1', 'f2']));
  away = false;
  await until(() => expect(handled).toEqual(['f1', 'f2', 'h1', 'h2', 'h3']));
});

it.concurrent('events older than `since` are skipped', async (test) => {
  const topics = await openTestTopics(test);
  const at = (id: string, timestamp: number) => ({ ...toMessage(madeEvent(id)), timestamp: String(timestamp) });
  const now = Date.now();
  const messages = [at('a', now - 9_000), at('b', now - 8_000), at('c', now - 2_000), at('d', now)];
  await topics.publish('identity.verified', messages);
  const { ids, handlers } = notes();
  await topics.subscribe({ handlers, since: new Date(now - 5_000) });
  await until(() => expect(ids).toEqual(['c', 'd']));
});

it.concurrent('a group that is moved back reads again from then on', async (test) => {
  const topics = await openTestTopics(test);
  const now = Date.now();
  const at = (id: string, ms: number) => ({ ...toMessage(madeEvent(id)), timestamp: String(now + ms) });
  await topics.publish('identity.verified', [at('a', -9_000), at('b', -5_000), at('c', -1_000)]);
  const first = notes();
  const subscription = await topics.subscribe(first);
  await until(() => expect(first.ids).toEqual(['a', 'b', 'c']));
  await subscription.stop();
  await rewindConsumerGroup({
    kafka: topics.kafka,
    groupId: topics.name('group'),
    topics: [topics.name('identity.verified')],
    to: new Date(now - 6_000),
  });
  const second = notes();
  await topics.subscribe(second);
  await until(() => expect(second.ids).toEqual(['b', 'c']));
});

it.concurrent('a tombstone is told by its key', async (test) => {
  const topics = await openTestTopics(test);
  const forgotten: (string | undefined)[] = [];
  const { ids, handlers } = notes();
  await topics.subscribe({ handlers, onTombstone: (key) => void forgotten.push(key) });
  await topics.publish('identity.verified', [{ key: 'demo:customer-77', value: null }]);
  await publish(topics, ['a']);
  await until(() => expect({ ids, forgotten }).toEqual({ ids: ['a'], forgotten: ['demo:customer-77'] }));
});

it.concurrent('stopping waits for the event in hand, and the next process goes on behind it', async (test) => {
  const topics = await openTestTopics(test);
  const ids: string[] = [];
  const begun = Promise.withResolvers<void>();
  const finish = Promise.withResolvers<void>();
  const subscription = await topics.subscribe({
    handlers: {
      'identity.verified': async ({ data }) => {
        begun.resolve();
        await finish.promise;
        ids.push(data.captureId);
      },
    },
  });
  await publish(topics, ['a', 'b']);
  await begun.promise;
  const stopped = subscription.stop();
  finish.resolve();
  await stopped;
  expect(ids).toEqual(['a']);
  const next = notes();
  await topics.subscribe(next);
  await until(() => expect(next.ids).toEqual(['b']));
});

it.concurrent('a handler that does not end is given up at the deadline, and its event comes again', async (test) => {
  const topics = await openTestTopics(test);
  const begun = Promise.withResolvers<AbortSignal>();
  const hanging = await topics.subscribe({
    handlers: {
      'identity.verified': (_, { signal }) => {
        begun.resolve(signal);
        return new Promise(() => undefined);
      },
    },
  });
  await publish(topics, ['a']);
  const signal = await begun.promise;
  await hanging.stop({ timeoutMs: 100 });
  expect(signal.aborted).toBe(true);
  const next = notes();
  await topics.subscribe(next);
  await until(() => expect(next.ids).toEqual(['a']));
});

it.concurrent('a handler that takes longer than the session is not taken for dead', async (test) => {
  const topics = await openTestTopics(test);
  const handled: string[] = [];
  const sessionTimeoutMs = 6_000;
  const slow = async ({ data }: { data: { captureId: string } }): Promise<void> => {
    if (data.captureId === 'a') await sleep(sessionTimeoutMs * 1.5);
    handled.push(data.captureId);
  };
  await topics.subscribe({ sessionTimeoutMs, handlers: { 'identity.verified': slow } });
  await publish(topics, ['a', 'b']);
  await until(() => expect(handled).toEqual(['a', 'b']));
});

it.concurrent('retry and dead-letter topics are made where that is wanted', async (test) => {
  const topics = await openTestTopics(test);
  await topics.subscribe({
    ...notes(),
    retryTopics: [{ topic: topics.name('retry'), delayMs: 1 }],
    deadLetterTopic: topics.name('dead'),
    createTopics: { partitions: 2, replicationFactor: 1 },
  });
  const admin = topics.kafka.admin();
  const { topics: found } = await admin.fetchTopicMetadata({ topics: [topics.name('retry'), topics.name('dead')] });
  await admin.deleteTopics({ topics: found.map(({ name }) => name) });
  await admin.disconnect();
  expect(found.map(({ partitions }) => partitions.length)).toEqual([2, 2]);
});

it.concurrent('a topic that is not there is refused', async (test) => {
  const topics = await openTestTopics(test);
  await expect(topics.subscribe({ ...notes(), topics: ['never.made'] })).rejects.toThrow('does not host this topic');
});
