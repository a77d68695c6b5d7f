import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { Option } from '@commander-js/extra-typings';
import {
  type EventContext,
  type EventHandlers,
  type IdentityEvent,
  subscribeToIdentityEvents,
} from '@identity-events/sdk/subscribe';
import { z } from 'zod';
import { eventTypes } from '#contracts/event-contracts';
import { asAdmin, openKafka, requireBrokers, toKafkaError } from '../kafka.ts';
import { eventLine } from '../output/event-line.ts';
import { createPrinter } from '../output/printer.ts';
import type { Terminal } from '../terminal.ts';
import { by, collect, count, pastTime } from './arguments.ts';
import { resultCommand } from './new-command.ts';

/** `tail`: events as they come, each once, until Ctrl-C. */
export function tailCommand(terminal: Terminal) {
  return resultCommand(terminal, 'tail')
    .description('events from Kafka as they come, until Ctrl-C')
    .option('--brokers <list>', "Kafka's bootstrap servers, host:port (default: KAFKA_BROKERS)")
    .addOption(new Option('--type <type...>', 'only these types').choices(eventTypes))
    .option('--subject <id>', 'only of this person; repeat it for more', collect(String))
    .option('--tenant <tenant>', 'only of this tenant; repeat it for more', collect(String))
    .option(
      '--since <time>',
      'from this time on: RFC 3339, or how long ago, such as 1h (default: from now on)',
      pastTime(terminal.now),
    )
    .option('--max <n>', 'end after so many events', count(1, 1_000_000_000))
    .option('--topic-prefix <prefix>', 'before the type in names of topics', by(z.string().max(128)), '')
    .action(async (options) => {
      const kafka = openKafka(terminal, requireBrokers(terminal, options.brokers));
      await tail(terminal, kafka, options).catch((error: unknown) => {
        throw toKafkaError(error);
      });
    });
}

type TailOptions = ReturnType<ReturnType<typeof tailCommand>['opts']>;

async function tail(terminal: Terminal, kafka: ReturnType<typeof openKafka>, options: TailOptions): Promise<void> {
  const printer = createPrinter(terminal, options);
  const { signal } = terminal;
  const enough = new AbortController();
  let left = options.max ?? Number.POSITIVE_INFINITY;
  const handle = async (event: IdentityEvent, context: EventContext): Promise<void> => {
    if (left === 0 || !isWanted(event, options)) return;
    left -= 1;
    await printer.result(toResult(event, context), () => eventLine(event, context, terminal.stdout));
    if (left === 0) enough.abort();
  };
  const groupId = `identity-events-tail-${randomUUID()}`;
  const subscription = await subscribeToIdentityEvents({
    kafka,
    groupId,
    handlers: handlersOf(options.type ?? eventTypes, handle),
    since: options.since ?? new Date(terminal.now()),
    topicPrefix: options.topicPrefix,
    maxWaitMs: 250,
    onUnreadable: (_, { topic, partition, offset }) =>
      void terminal.stderr.write(`not an event that this version can read: ${topic} ${partition}/${offset}\n`),
    onError: (error) =>
      void terminal.stderr.write(`Kafka: ${error instanceof Error ? error.message : String(error)}\n`),
  });
  try {
    printer.note('waiting for events; Ctrl-C ends');
    const over = AbortSignal.any([signal, enough.signal]);
    if (!over.aborted) await once(over, 'abort');
  } finally {
    await subscription.stop({ timeoutMs: 1_000 });
    // The group was for this run alone; where it may not be deleted, Kafka forgets it after a week.
    await asAdmin(kafka, (admin) => admin.deleteGroups([groupId])).catch(() => undefined);
  }
  if (!enough.signal.aborted) signal.throwIfAborted();
}

function handlersOf(
  types: readonly (typeof eventTypes)[number][],
  handle: (event: IdentityEvent, context: EventContext) => Promise<void>,
): EventHandlers {
  return Object.fromEntries(types.map((type) => [type, handle])) as EventHandlers;
}

function isWanted({ data, subject }: IdentityEvent, options: TailOptions): boolean {
  const ofSubject = options.subject === undefined || options.subject.includes(subject ?? '');
  return ofSubject && (options.tenant === undefined || options.tenant.includes(data.tenant));
}

function toResult(event: IdentityEvent, { topic, partition, offset, replayId }: EventContext): object {
  return { ...event, kafka: { topic, partition, offset, ...(replayId ? { replayId } : {}) } };
}
