import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Releases } from '@identity-events/shared/runtime/lifecycle';
import type { Logger } from '@identity-events/shared/runtime/logger';
import { connectPatiently } from '@identity-events/shared/runtime/redis';
import { createCaptures } from '@identity-events/shared/store/captures';
import { createDiskImageStore } from '@identity-events/shared/store/disk-image-store';
import { createOutbox } from '@identity-events/shared/store/outbox';
import { createRedisProviderGate } from '@identity-events/shared/store/redis-provider-gate';
import { createSealer } from '@identity-events/shared/store/seal';
import { createVlensClient } from '@identity-events/vlens/create-vlens-client';
import { startWaker } from './budget/waker.ts';
import { processCapture } from './captures/process-capture.ts';
import type { WorkerConfig } from './config.ts';
import { startHealthServer } from './health/health-server.ts';
import { createKafkajsPublisher } from './kafka/kafkajs-publisher.ts';
import { startRelay } from './outbox/relay.ts';
import { startCaptureWorker } from './queue/capture-worker.ts';
import { createParkedCaptures } from './queue/parked-captures.ts';
import { createVlensCalls } from './vlens/vlens-calls.ts';

/**
 * Joins the parts, readers first: health, Kafka, relay, provider, gate, queue. They stop in the opposite order, so that
 * what the last jobs decide is still relayed. Resolves to the port of the health endpoints.
 */
export async function startWorker(config: WorkerConfig, logger: Logger, releases: Releases): Promise<number> {
  const redis = connectPatiently(config.REDIS_URL, logger);
  const blocking = redis.duplicate();
  releases.onStop('redis', async () => {
    redis.disconnect();
    blocking.disconnect();
  });
  const sealer = createSealer(config.ENCRYPTION_KEYS);
  const images = createDiskImageStore(config.CAPTURE_STORE_DIR, sealer);
  const captures = createCaptures(redis);
  const owner = `${hostname()}-${randomUUID()}`;

  const publisher = createKafkajsPublisher(
    {
      brokers: config.KAFKA_BROKERS,
      clientId: 'identity-events-worker',
      topics: {
        create: config.KAFKA_CREATE_TOPICS,
        partitions: config.KAFKA_TOPIC_PARTITIONS,
        replicationFactor: config.KAFKA_TOPIC_REPLICATION,
      },
    },
    logger,
  );
  releases.onStop('kafka', () => publisher.close());
  const outbox = createOutbox(redis, blocking);
  const relay = startRelay({ outbox, publisher, logger, owner, now: Date.now });
  releases.onStop('relay', () => relay.stop());

  const vlens = createVlensClient({
    baseUrl: config.VLENS_BASE_URL,
    apiKey: config.VLENS_API_KEY,
    timeoutMs: config.VLENS_TIMEOUT_MS,
    onCall: (call) => logger.debug('vlens.call', { ...call, durationMs: Math.round(call.durationMs) }),
  });
  releases.onStop('vlens', () => vlens.close());
  const gate = createRedisProviderGate(redis, {
    windowsOf: () => config.VLENS_WINDOWS,
    marginMs: config.VLENS_WINDOW_MARGIN_MS,
    inProcessWaitMs: 250,
    probeMs: config.VLENS_TIMEOUT_MS + 1_000,
    failuresMax: config.VLENS_BREAKER_FAILURES,
    closedFirstMs: config.VLENS_BREAKER_FIRST_MS,
    closedMaxMs: config.VLENS_BREAKER_MAX_MS,
    closedForAccountMs: config.VLENS_ACCOUNT_PROBE_MS,
  });
  const parked = createParkedCaptures(redis);
  releases.onStop('parked', () => parked.close());
  const waker = startWaker({ gate, parked, logger });
  releases.onStop('waker', () => waker.stop());

  const deps = {
    captures,
    images,
    gate,
    provider: createVlensCalls({ clientOf: () => vlens, images, sealer, now: Date.now }),
    retry: {
      failedCallsMax: config.VLENS_FAILED_CALLS_MAX,
      firstWaitMs: config.VLENS_RETRY_FIRST_MS,
      waitMaxMs: config.VLENS_RETRY_MAX_MS,
    },
    now: Date.now,
    random: Math.random,
    retentionMs: config.RECORD_RETENTION_MS,
  };
  const worker = startCaptureWorker(
    redis,
    { concurrency: config.CONCURRENCY, lockMs: config.JOB_LOCK_MS, stalledCheckMs: config.STALLED_CHECK_MS },
    {
      process: (captureId, signal) => processCapture(deps, captureId, signal),
      logger,
      now: Date.now,
      stallsMax: config.POISON_STALLS_MAX,
      infrastructureWaitMs: 1_000,
    },
  );
  releases.onStop('queue', () => worker.close());

  const health = await startHealthServer(config.HEALTH_HOST, config.HEALTH_PORT, {
    redis: async () => void (await redis.ping()),
    kafka: () => publisher.check(),
    queue: async () => {
      if (!worker.isRunning()) throw new Error('not running');
    },
  });
  releases.onStop('health', () => health.close());
  return health.port;
}
