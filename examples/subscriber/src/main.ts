import process from 'node:process';
import { type IdentityEvent, subscribeToIdentityEvents } from '@identity-events/sdk/subscribe';
import { Kafka, logLevel } from 'kafkajs';

/** A service of another team: one line for every person who is, or is not, verified, or is to be forgotten. */
const brokers = (process.env['KAFKA_BROKERS'] ?? '127.0.0.1:9092').split(',');
const groupId = process.env['GROUP_ID'] ?? 'example-subscriber';

/** Short pauses: with kafkajs' own, up to 30 s, a subscriber may read on late when a broker is lost. */
const retry = { maxRetryTime: 1_000, retries: 10 };

/** Time, type, subject, capture, reason. */
function tell({ time, type, subject, data }: IdentityEvent): void {
  const capture = 'captureId' in data ? data.captureId : '-';
  const reason = 'reason' in data ? data.reason.code : '-';
  process.stdout.write(`${[time, type, subject, capture, reason].join(' ')}\n`);
}

const subscription = await subscribeToIdentityEvents({
  kafka: new Kafka({ brokers, clientId: groupId, logLevel: logLevel.ERROR, retry }),
  groupId,
  handlers: { 'identity.verified': tell, 'identity.failed': tell, 'identity.redacted': tell },
});

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void subscription.stop());
