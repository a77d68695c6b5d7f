import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Releases } from '@identity-events/shared/runtime/lifecycle';
import type { Logger } from '@identity-events/shared/runtime/logger';
import { connectPatiently } from '@identity-events/shared/runtime/redis';
import { createCaptures } from '@identity-events/shared/store/captures';
import { createDiskImageStore } from '@identity-events/shared/store/disk-image-store';
import { createOutbox } from '@identity-events/shared/store/outbox';
import type { ProviderGate } from '@identity-events/shared/store/provider-gate';
import { createRedisProviderGate, type RedisProviderGate } from '@identity-events/shared/store/redis-provider-gate';
import { createSealer } from '@identity-events/shared/store/seal';
import { createVlensClient } from '@identity-events/vlens/create-vlens-client';
import type { Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { startWaker } from './budget/waker.ts';
import type { ParkedCaptures } from './captures/parked-captures.ts';
import { processCapture } from './captures/process-capture.ts';
import type { WorkerConfig } from './config.ts';
import { startHealthServer } from './health/health-server.ts';
import { createKafkajsPublisher, type KafkajsPublisher } from './kafka/kafkajs-publisher.ts';
import { startRelay } from './outbox/relay.ts';
import { startCaptureWorker } from './queue/capture-worker.ts';
import { createParkedCaptures } from './queue/parked-captures.ts';
import { createVlensCalls } from './vlens/vlens-calls.ts';

/**
 * Joins the parts, readers first: relay, provider, queue, health. They stop in the opposite order, so that what the last
 * jobs decide is still relayed. Resolves to the port of the health endpoints.
 */
export async function startWorker(config: WorkerConfig, logger: Logger, releases: Releases): Promise<number> {
  const redis = connectPatiently(config.REDIS_URL, logger);
  releases.onStop('redis', async () => redis.disconnect());
  const context: Context = { config, logger, releases, redis };

  const publisher = startPublishing(context);
  const { gate, parked } = openGate(context);
  releases.onStop('waker', startWaker({ gate, parked, logger }).stop);
  const worker = startWorking(context, gate);

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

interface Context {
  readonly config: WorkerConfig;
  readonly logger: Logger;
  readonly releases: Releases;
  readonly redis: Redis;
}

/** From the outbox to Kafka. */
function startPublishing({ config, logger, releases, redis }: Context): KafkajsPublisher {
  const topics = {
    create: config.KAFKA_CREATE_TOPICS,
    partitions: config.KAFKA_TOPIC_PARTITIONS,
    replicationFactor: config.KAFKA_TOPIC_REPLICATION,
  };
  const settings = { brokers: config.KAFKA_BROKERS, clientId: 'identity-events-worker', topics };
  const publisher = createKafkajsPublisher(settings, logger);
  releases.onStop('kafka', () => publisher.close());
  const blocking = redis.duplicate();
  releases.onStop('outbox', async () => blocking.disconnect());
  const outbox = createOutbox(redis, blocking);
  const owner = `${hostname()}-${randomUUID()}`;
  const relay = startRelay({ outbox, publisher, logger, owner, now: Date.now });
  releases.onStop('relay', () => relay.stop());
  return publisher;
}

/** What keeps calls within the provider's budget, and the captures that wait for it. */
function openGate({ config, releases, redis }: Context): { gate: RedisProviderGate; parked: ParkedCaptures } {
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
  return { gate, parked };
}

/** From the queue through the provider into the outbox. */
function startWorking({ config, logger, releases, redis }: Context, gate: ProviderGate): Worker {
  const sealer = createSealer(config.ENCRYPTION_KEYS);
  const images = createDiskImageStore(config.CAPTURE_STORE_DIR, sealer);
  const vlens = createVlensClient({
    baseUrl: config.VLENS_BASE_URL,
    apiKey: config.VLENS_API_KEY,
    timeoutMs: config.VLENS_TIMEOUT_MS,
    onCall: (call) => logger.debug('vlens.call', { ...call, durationMs: Math.round(call.durationMs) }),
  });
  releases.onStop('vlens', () => vlens.close());
  const deps = {
    captures: createCaptures(redis),
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
  const { CONCURRENCY: concurrency, JOB_LOCK_MS: lockMs, STALLED_CHECK_MS: stalledCheckMs } = config;
  const worker = startCaptureWorker(
    redis,
    { concurrency, lockMs, stalledCheckMs },
    {
      process: (captureId, signal) => processCapture(deps, captureId, signal),
      logger,
      now: Date.now,
      stallsMax: config.POISON_STALLS_MAX,
      infrastructureWaitMs: 1_000,
    },
  );
  releases.onStop('queue', () => worker.close());
  return worker;
}
