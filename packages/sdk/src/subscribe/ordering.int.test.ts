import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, type TestContext, vi } from 'vitest';
import { madeEvent, toMessage } from './events.fixture.ts';
import type { Subscription } from './subscribe-to-identity-events.ts';
import { openTestTopics, type TestTopics } from './test-topics.fixture.ts';

const subjects = Array.from({ length: 40 }, (_, n) => `person-${n}`);
const withinMs = { timeout: 20_000, interval: 20 };

it('while processes join and leave, each person’s events are handled in order, every one, once', async (test) => {
  const { topics, handled, join } = await openGroup(test);
  const changing = new AbortController();
  const publishing = publishUntil(changing.signal, topics);
  const [a, b] = await Promise.all([join('a'), join('b')]);
  const c = await join('c');
  await a.stop();
  const d = await join('d');
  await Promise.all([b.stop(), join('e')]);
  await Promise.all([c.stop(), d.stop()]);
  changing.abort();

  const rounds = await publishing;
  const total = (): number => [...handled.values()].flat().length;
  await vi.waitFor(() => expect(total()).toBeGreaterThanOrEqual(subjects.length * rounds), withinMs);
  const inOrder = Array.from({ length: rounds }, (_, n) => n + 1);
  for (const [subject, numbers] of handled) expect(numbers, subject).toEqual(inOrder);
});

/** A group whose processes write down what they handle, each with a memory of its own: what comes twice is not hidden. */
async function openGroup(test: TestContext) {
  const topics = await openTestTopics(test, [], 6);
  const handled = new Map<string, number[]>(subjects.map((subject) => [subject, []]));
  const working = new Set<string>();
  /** Resolves once the process has had work. */
  const join = async (name: string): Promise<Subscription> => {
    const subscription = await topics.subscribe({
      handlers: {
        'identity.verified': async ({ data: { subject, captureId } }) => {
          const number = Number(captureId.split(':')[1]);
          await sleep(number % 4);
          handled.get(subject)?.push(number);
          working.add(name);
        },
      },
    });
    await vi.waitFor(() => expect(working).toContain(name), withinMs);
    return subscription;
  };
  return { topics, handled, join };
}

/** Event 1 of every person, then event 2 of every person, and so on; resolves to the last number. */
async function publishUntil(stopped: AbortSignal, topics: TestTopics): Promise<number> {
  for (let round = 1; ; round += 1) {
    const messages = subjects.map((subject) => toMessage(madeEvent(`${subject}:${round}`, { subject })));
    await topics.publish('identity.verified', messages);
    if (stopped.aborted) return round;
    await sleep(50);
  }
}
