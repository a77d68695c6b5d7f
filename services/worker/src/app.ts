import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { toKafkaSecurity } from '@identity-events/shared/contracts/kafka-security';
import { AppError, errorCode } from '@identity-events/shared/runtime/errors';
import type { Releases } from '@identity-events/shared/runtime/lifecycle';
import type { Logger } from '@identity-events/shared/runtime/logger';
import { createRegistry, type MetricsPage, versionOf } from '@identity-events/shared/runtime/metrics';
import { readPem } from '@identity-events/shared/runtime/read-pem';
import { connectPatiently } from '@identity-events/shared/runtime/redis';
import { redisAddress } from '@identity-events/shared/runtime/redis-address';
import { warnOfRedisSettings } from '@identity-events/shared/runtime/redis-settings';
import { startTracing } from '@identity-events/shared/runtime/start-tracing';
import { createCaptureIndex } from '@identity-events/shared/store/capture-index';
import { createCaptures } from '@identity-events/shared/store/captures';
import type { ImageStore } from '@identity-events/shared/store/image-store';
import { createImageUsage } from '@identity-events/shared/store/image-usage';
import { meterImages } from '@identity-events/shared/store/meter-images';
import { openImageStore } from '@identity-events/shared/store/open-image-store';
import { createOutbox } from '@identity-events/shared/store/outbox';
import type { ProviderGate } from '@identity-events/shared/store/provider-gate';
import { createQueueState, type QueueState } from '@identity-events/shared/store/queue-state';
import { readTraceparent } from '@identity-events/shared/store/read-traceparent';
import { createRedisProviderGate, type RedisProviderGate } from '@identity-events/shared/store/redis-provider-gate';
import { createReplayMarks } from '@identity-events/shared/store/replay-marks';
import { createSealer, type Sealer } from '@identity-events/shared/store/seal';
import { readStoreState } from '@identity-events/shared/store/store-state';
import { createTallies } from '@identity-events/shared/store/tallies';
import { createWatchlist } from '@identity-events/shared/store/watchlist';
import { openTenants } from '@identity-events/shared/tenants/open-tenants';
import type { Environment } from '@identity-events/shared/tenants/resolve-secret';
import type { Tenants } from '@identity-events/shared/tenants/tenant';
import { tenantOf } from '@identity-events/shared/tenants/tenant-of';
import { tenantsOfEnvironment } from '@identity-events/shared/tenants/tenants-of-environment';
import type { Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { startClockWatch } from './budget/clock-watch.ts';
import { gateStates } from './budget/gate-states.ts';
import { startWaker } from './budget/waker.ts';
import type { EventPublisher } from './captures/event-publisher.ts';
import type { ParkedCaptures } from './captures/parked-captures.ts';
import { processCapture } from './captures/process-capture.ts';
import type { WorkerConfig } from './config.ts';
import { startHealthServer } from './health/health-server.ts';
import { startWorkWatch, type WorkWatch } from './health/work-watch.ts';
import { createKafkajsPublisher, type KafkajsPublisher } from './kafka/kafkajs-publisher.ts';
import { createWorkerMetrics, type WorkerMetrics } from './metrics/worker-metrics.ts';
import { startRelay } from './outbox/relay.ts';
import { createCaptureJobs } from './queue/capture-jobs.ts';
import { deadLetterAgeMs, startCaptureWorker } from './queue/capture-worker.ts';
import { createParkedCaptures } from './queue/parked-captures.ts';
import { startReconcileWorker } from './queue/reconcile-worker.ts';
import { startReplayWorker } from './queue/replay-worker.ts';
import { collectOrphans } from './reconcile/collect-orphans.ts';
import { dropOldDeadLetters } from './reconcile/drop-old-dead-letters.ts';
import { lookAfterCaptures } from './reconcile/look-after-captures.ts';
import { runReplay } from './replay/run-replay.ts';
import { identityRetentionOf, retentionOf } from './retention.ts';
import { inAttemptSpans, noteCall, traceCalls, traceEvents } from './traces/worker-traces.ts';
import { openVlensClients } from './vlens/open-vlens-clients.ts';
import { createVlensCalls } from './vlens/vlens-calls.ts';
import { through, type WorkerSeams } from './worker-seams.ts';

/** What a worker is started with. */
export interface StartWorkerOptions {
  readonly config: WorkerConfig;
  /** Where secrets are looked up that the tenants file names. */
  readonly env: Environment;
  readonly logger: Logger;
  readonly releases: Releases;
  readonly seams?: WorkerSeams;
}

/**
 * Joins the parts, readers first: relay, provider, queue, reconciler, health. They stop in the opposite order, so that what the last
 * jobs decide is still relayed. Resolves to the port of the health endpoints.
 */
export async function startWorker({ seams = {}, ...options }: StartWorkerOptions): Promise<number> {
  const { config, env, logger, releases } = options;
  const tracing = await startTracing({ service: 'worker', version: readVersion(), env, logger, releases });
  const tenants = await readTenants(options);
  const redis = connectPatiently(redisAddress(config), logger);
  releases.onStop('redis', async () => redis.disconnect());
  warnOfRedisSettings(redis, logger);
  const jobs = createQueueState(redis);
  releases.onStop('queue state', () => jobs.close());
  const watch = watchWork(options, redis, jobs);
  const sealer = createSealer(config.ENCRYPTION_KEYS);
  const images = meterImages(await openImageStore(config, sealer), createImageUsage(redis));
  const stores = { redis, sealer, images };
  const context: Context = {
    config,
    logger,
    releases,
    ...stores,
    tenants,
    seams,
    jobs,
    watch,
    tracing,
    metrics: openMetrics(),
  };

  const publisher = startPublishing(context);
  // Topics that are missing are made, or told of, now and not with the first event.
  publisher.check().catch((error: unknown) => logger.warn('kafka.away', { code: errorCode(error) }));
  const { gate, parked } = openGate(context);
  releases.onStop(
    'waker',
    startWaker({ gate, parked, serves: (tenant) => tenants.tenantOf(tenant) !== undefined, logger }).stop,
  );
  const clock = startClockWatch({ parked, logger, now: Date.now, steadyNow: () => performance.now() });
  releases.onStop('clock watch', async () => clock.stop());
  const stopping = new AbortController();
  const worker = startWorking(context, gate, stopping.signal);
  startReconciling(context);
  startReplaying(context);
  releases.onStop('counts', context.metrics.share(createTallies(redis, Date.now).add).stop);

  const health = await startHealthServer(config.HEALTH_HOST, config.HEALTH_PORT, {
    standing: watch.standing,
    checks: {
      redis: async () => void (await redis.ping()),
      kafka: () => publisher.check(),
      queue: async () => {
        if (!worker.isRunning()) throw new Error('not running');
      },
    },
    provider: () => gateStates(gate, tenants),
    metrics: openMetricsPage(context),
  });
  releases.onStop('health', () => health.close());
  // The first to run: no further provider call is begun, running ones may end.
  releases.onStop('calls', async () => stopping.abort());
  return health.port;
}

interface Context {
  readonly config: WorkerConfig;
  readonly logger: Logger;
  readonly releases: Releases;
  readonly redis: Redis;
  readonly sealer: Sealer;
  readonly images: ImageStore;
  readonly tenants: Tenants;
  readonly seams: WorkerSeams;
  readonly jobs: QueueState;
  readonly watch: WorkWatch;
  /** Whether traces are made. */
  readonly tracing: boolean;
  readonly metrics: WorkerMetrics;
}

/** Every request that Kafka's client makes for a batch ends within seconds, and it makes few: this one will not end. */
const publishMaxMs = 300_000;

/** A process that hangs holds its jobs, or the right to publish, for as long as it lives: nobody else can go on with them. */
function watchWork({ config, logger, releases }: StartWorkerOptions, redis: Redis, jobs: QueueState): WorkWatch {
  const watch = startWorkWatch({
    isWorkDue: async () => isReady(redis) && (await jobs.isWorkDue(Date.now())),
    afterMs: config.WEDGED_AFTER_MS,
    publishMaxMs,
    logger,
    steadyNow: () => performance.now(),
  });
  releases.onStop('work watch', () => watch.stop());
  return watch;
}

/** Commands to a Redis that is away would only pile up until it is back. */
function isReady(redis: Redis): boolean {
  return redis.status === 'ready';
}

function readVersion(): string {
  return versionOf(new URL('../package.json', import.meta.url));
}

function openMetrics(): WorkerMetrics {
  const registry = createRegistry('worker', readVersion());
  return createWorkerMetrics(registry, Date.now);
}

/** Tenants whose captures are told of by name. */
const tenantsToldMost = 100;

/** The metrics, with how much is where when they are asked for. */
function openMetricsPage({ config, redis, jobs, tenants, metrics }: Context): MetricsPage {
  return metrics.page(async () => {
    if (!isReady(redis)) throw new AppError('redis_unavailable', 'Redis is away.', { retriable: true });
    const told = tenants.all().slice(0, tenantsToldMost);
    const overdueBefore = Date.now() - config.RECONCILE_GRACE_MS;
    const [store, states] = await Promise.all([
      readStoreState(
        redis,
        told.map(({ id }) => id),
        overdueBefore,
      ),
      jobs.read(),
    ]);
    return { store, jobs: states, budgets: told.map(({ id, windows }) => ({ tenant: id, windows })) };
  });
}

function readTenants({ config, env, logger, releases }: StartWorkerOptions): Promise<Tenants> {
  const { TENANTS_FILE: file, TENANTS_RELOAD_MS: everyMs } = config;
  const defaults = { baseUrl: config.VLENS_BASE_URL, windows: config.VLENS_WINDOWS };
  return openTenants(file === undefined ? { settings: tenantsOfEnvironment(config) } : { file, everyMs }, {
    env,
    calls: 'captures',
    defaults,
    logger,
    releases,
  });
}

/** From the outbox to Kafka. */
function startPublishing(context: Context): KafkajsPublisher {
  const { logger, releases, redis, seams, watch, metrics } = context;
  const publisher = openPublisher(context, 'identity-events-worker');
  const blocking = redis.duplicate();
  // The connection it was made from tells of outages; ioredis would print this one's errors itself.
  blocking.on('error', () => undefined);
  releases.onStop('outbox', async () => blocking.disconnect());
  const outbox = createOutbox(redis, blocking, (entry) => logger.error('relay.set_aside', { ...entry }));
  const owner = `${hostname()}-${randomUUID()}`;
  const { publish } = metrics.publisher.timeBatches(through<EventPublisher>(seams.publisher, publisher));
  const watched = traceEvents({ publish: watch.whilePublishing(publish) });
  const relay = startRelay({ outbox, publisher: watched, logger, owner, now: Date.now });
  releases.onStop('relay', () => relay.stop());
  return publisher;
}

/** A connection to Kafka, made when it is first used. */
function openPublisher(
  { config, logger, releases }: Context,
  clientId: string,
  otherTopics: readonly string[] = [],
): KafkajsPublisher {
  const topics = {
    create: config.KAFKA_CREATE_TOPICS,
    partitions: config.KAFKA_TOPIC_PARTITIONS,
    replicationFactor: config.KAFKA_TOPIC_REPLICATION,
    retentionMs: config.KAFKA_TOPIC_RETENTION_MS,
  };
  const { KAFKA_BROKERS: brokers, PUBLIC_URL: publicUrl } = config;
  const security = toKafkaSecurity(config, readPem);
  const publisher = createKafkajsPublisher({ brokers, security, clientId, topics, otherTopics, publicUrl }, logger);
  releases.onStop('kafka', () => publisher.close());
  return publisher;
}

/** What keeps calls within the provider's budget, and the captures that wait for it. */
function openGate({ config, logger, releases, redis, tenants, metrics }: Context): {
  gate: RedisProviderGate;
  parked: ParkedCaptures;
} {
  const gate = createRedisProviderGate(redis, {
    windowsOf: (tenant) => tenantOf(tenants, tenant).windows,
    marginMs: config.VLENS_WINDOW_MARGIN_MS,
    inProcessWaitMs: 250,
    probeMs: config.VLENS_TIMEOUT_MS + 1_000,
    failuresMax: config.VLENS_BREAKER_FAILURES,
    closedFirstMs: config.VLENS_BREAKER_FIRST_MS,
    closedMaxMs: config.VLENS_BREAKER_MAX_MS,
    closedForAccountMs: config.VLENS_ACCOUNT_PROBE_MS,
    onChange: (tenant, closed, code) => {
      metrics.gate.gateChanged(tenant, closed, code);
      logger.warn('provider.gate', { tenant, closed, code });
    },
  });
  const parked = createParkedCaptures(redis);
  releases.onStop('parked', () => parked.close());
  return { gate: metrics.gate.countTurns(gate), parked };
}

/** From the queue through the provider into the outbox. */
function startWorking(
  { config, logger, releases, redis, sealer, images, tenants, seams, watch, tracing, metrics }: Context,
  gate: ProviderGate,
  stopping: AbortSignal,
): Worker {
  const onCall: typeof metrics.providerCalled = (call) => {
    watch.moved();
    noteCall(call);
    metrics.providerCalled(call);
  };
  const clientOf = openVlensClients({ tenants, timeoutMs: config.VLENS_TIMEOUT_MS, logger, releases, onCall });
  const identityRetentionMsOf = identityRetentionOf(tenants, config);
  const keepsIdentity = (tenant: string): boolean => identityRetentionMsOf(tenant) > 0;
  const calls = createVlensCalls({ clientOf, images, sealer, keepsIdentity, now: Date.now });
  const deps = {
    captures: metrics.captures.countEndings(through(seams.captures, createCaptures(redis))),
    images,
    gate,
    provider: metrics.captures.timeFirstCalls(traceCalls(through(seams.provider, calls))),
    retry: {
      failedCallsMax: config.VLENS_FAILED_CALLS_MAX,
      firstWaitMs: config.VLENS_RETRY_FIRST_MS,
      waitMaxMs: config.VLENS_RETRY_MAX_MS,
    },
    rulesOf: (tenant: string) => tenants.tenantOf(tenant),
    isStopping: () => stopping.aborted,
    now: Date.now,
    random: Math.random,
    retentionMsOf: retentionOf(tenants, config),
    imageGraceMs: config.IMAGE_GRACE_MS,
    identityRetentionMsOf,
  };
  const { CONCURRENCY: concurrency, JOB_LOCK_MS: lockMs, STALLED_CHECK_MS: stalledCheckMs } = config;
  const worker = startCaptureWorker(
    redis,
    { concurrency, lockMs, stalledCheckMs },
    {
      process: watch.whileWorking(
        metrics.captures.timeAttempts(
          through(seams.process, (captureId, signal) => processCapture(deps, captureId, signal)),
        ),
      ),
      ...(tracing ? { inTrace: inAttemptSpans((captureId) => readTraceparent(redis, captureId)) } : {}),
      logger,
      now: Date.now,
      stallsMax: config.POISON_STALLS_MAX,
      infrastructureWaitMs: 1_000,
    },
  );
  metrics.queue.countFaults(worker);
  // Redis refuses to give out jobs, as when it is full: a new process would get none either.
  worker.on('error', watch.moved);
  releases.onStop('queue', () => worker.close());
  return worker;
}

/** Looking at a capture with which nothing is the matter, and at all images, is of use now and then only. */
const [lookAgainMs, imagesEveryMs, orphanAgeMs] = [300_000, 600_000, 3_600_000];
const [deadLettersEveryMs, sureEveryMs] = [600_000, 30_000];

/** What was left behind on the way, by crashes and accidents. */
function startReconciling({ config, logger, releases, redis, images, tenants, metrics }: Context): void {
  const jobs = createCaptureJobs(redis);
  releases.onStop('capture jobs', () => jobs.close());
  const common = {
    captures: metrics.captures.countEndings(createCaptures(redis)),
    images,
    logger,
    now: Date.now,
    imageGraceMs: config.IMAGE_GRACE_MS,
    tenants: () => tenants.all().map(({ id }) => id),
  };
  const late = {
    ...common,
    jobs,
    watchlist: createWatchlist(redis),
    outbox: createOutbox(redis, redis),
    graceMs: config.RECONCILE_GRACE_MS,
    againMs: lookAgainMs,
    retentionMsOf: retentionOf(tenants, config),
  };
  const rounds = {
    captures: {
      everyMs: config.RECONCILE_EVERY_MS,
      run: (signal: AbortSignal) => lookAfterCaptures(late, signal),
    },
    images: {
      everyMs: imagesEveryMs,
      run: (signal: AbortSignal) => collectOrphans({ ...common, orphanAgeMs }, signal),
    },
    deadLetters: { everyMs: deadLettersEveryMs, run: () => dropOldDeadLetters({ jobs, logger, deadLetterAgeMs }) },
  };
  const { JOB_LOCK_MS: lockMs, STALLED_CHECK_MS: stalledCheckMs } = config;
  const reconciler = startReconcileWorker(redis, rounds, { logger, lockMs, stalledCheckMs, sureEveryMs });
  releases.onStop('reconciler', () => reconciler.close());
}

/** How long a replay waits after Kafka or Redis was away. */
const replayWaitMs = 5_000;

/** Past outcomes, published again on request. */
function startReplaying(context: Context): void {
  const { config, logger, releases, redis, metrics } = context;
  const captures = createCaptures(redis);
  const publisher = openPublisher(context, 'identity-events-replay', config.REPLAY_TOPICS);
  const deps = {
    captures,
    index: createCaptureIndex(redis, captures),
    marks: createReplayMarks(redis),
    publisher: metrics.replays.countEvents(publisher),
    topicsAllowed: config.REPLAY_TOPICS,
    replaysMax: config.REPLAYS_MAX,
    now: Date.now,
  };
  const worker = startReplayWorker(redis, {
    run: metrics.replays.countEnds((...replay) => runReplay(deps, ...replay)),
    logger,
    now: Date.now,
    lockMs: config.JOB_LOCK_MS,
    stalledCheckMs: config.STALLED_CHECK_MS,
    waitMs: replayWaitMs,
  });
  releases.onStop('replays', () => worker.close());
}
