import process from 'node:process';
import { type IHeaders, Kafka, logLevel } from 'kafkajs';

/** A service of another team: one line for every person who is, or is not, verified, or is to be forgotten. */
const topics = ['identity.verified', 'identity.failed', 'identity.redacted'];
const brokers = (process.env['KAFKA_BROKERS'] ?? '127.0.0.1:9092').split(',');
const groupId = process.env['GROUP_ID'] ?? 'example-subscriber';
const consumer = new Kafka({ brokers, clientId: groupId, logLevel: logLevel.ERROR }).consumer({ groupId });

// An event may be delivered again; its ce_id is then the same. A real service stores the id in the transaction that
// stores its effect: this memory is bounded, and gone after a restart.
const seen = new Set<string>();
const seenMax = 10_000;

/** Remembers an id; the oldest one is forgotten first. */
function remember(id: string): void {
  seen.add(id);
  const [oldest] = seen;
  if (seen.size > seenMax && oldest !== undefined) seen.delete(oldest);
}

const header = (headers: IHeaders | undefined, name: string): string => String(headers?.[name] ?? '');

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void consumer.disconnect());

await consumer.connect();
await consumer.subscribe({ topics, fromBeginning: true });
await consumer.run({
  eachMessage: async ({ message: { headers, value } }) => {
    const id = header(headers, 'ce_id');
    if (seen.has(id)) return;
    const { captureId, reason } = JSON.parse(String(value)) as { captureId: string; reason?: { code: string } };
    const about = [header(headers, 'ce_time'), header(headers, 'ce_type'), header(headers, 'ce_subject'), captureId];
    process.stdout.write(`${[...about, reason?.code ?? '-'].join(' ')}\n`);
    remember(id); // Not before the effect: whatever throws above is delivered again.
  },
});
