import { type Admin, Kafka, logLevel } from 'kafkajs';
import { UnavailableError, UsageError } from './exit-codes.ts';
import { readBrokers, readKafkaSecurity, variables } from './settings.ts';
import type { Terminal } from './terminal.ts';

const connectMs = 5_000;

/** A client of kafkajs that keeps to itself, with TLS and credentials from the environment. Throws `UsageError`. */
export function openKafka(terminal: Terminal, brokers: readonly string[]): Kafka {
  return new Kafka({
    ...readKafkaSecurity(terminal),
    brokers: [...brokers],
    clientId: 'identity-events-cli',
    connectionTimeout: connectMs,
    logLevel: logLevel.NOTHING,
    retry: { retries: 2 },
  });
}

/** The brokers that a command can't do without. Throws `UsageError`. */
export function requireBrokers(terminal: Terminal, option: string | undefined): string[] {
  const brokers = readBrokers(terminal, option);
  if (!brokers) throw new UsageError(`where is Kafka? Give --brokers, or set ${variables.brokers}`);
  return brokers;
}

/** Does something as an administrator, and disconnects. */
export async function asAdmin<T>(kafka: Kafka, work: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = kafka.admin();
  try {
    await admin.connect();
    return await work(admin);
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}

/** What a fault of Kafka is to a caller. */
export function toKafkaError(error: unknown): unknown {
  if (!(error instanceof Error) || !error.name.startsWith('KafkaJS')) return error;
  return new UnavailableError(`Kafka: ${error.message}. Try: identity-events doctor`, { cause: error });
}
