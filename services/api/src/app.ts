import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import { Server as TlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { captureQueueName, redisPrefix } from '@identity-events/shared/contracts/capture-job';
import { replayQueueName } from '@identity-events/shared/contracts/replay-job';
import { createDeadLetters } from '@identity-events/shared/dead-letters/dead-letters';
import { openAuditLog } from '@identity-events/shared/runtime/audit-log';
import type { Releases } from '@identity-events/shared/runtime/lifecycle';
import type { Logger } from '@identity-events/shared/runtime/logger';
import { createRegistry, versionOf } from '@identity-events/shared/runtime/metrics';
import { connectFailingFast } from '@identity-events/shared/runtime/redis';
import { redisAddress } from '@identity-events/shared/runtime/redis-address';
import { warnOfRedisSettings } from '@identity-events/shared/runtime/redis-settings';
import { startTracing } from '@identity-events/shared/runtime/start-tracing';
import { createAnnouncements } from '@identity-events/shared/store/announcements';
import { createProviderBudget } from '@identity-events/shared/store/ask-for-turn';
import { createCaptureChanges } from '@identity-events/shared/store/capture-changes';
import { type CaptureIndex, createCaptureIndex } from '@identity-events/shared/store/capture-index';
import { type Captures, createCaptures } from '@identity-events/shared/store/captures';
import { readGateUsage } from '@identity-events/shared/store/gate-usage';
import type { ImageStore } from '@identity-events/shared/store/image-store';
import { createImageUsage } from '@identity-events/shared/store/image-usage';
import { meterImages } from '@identity-events/shared/store/meter-images';
import { openImageStore } from '@identity-events/shared/store/open-image-store';
import { createQueueState } from '@identity-events/shared/store/queue-state';
import { createSealer, type Sealer } from '@identity-events/shared/store/seal';
import { readStoreState } from '@identity-events/shared/store/store-state';
import { createTallies } from '@identity-events/shared/store/tallies';
import { openTenants } from '@identity-events/shared/tenants/open-tenants';
import type { Environment } from '@identity-events/shared/tenants/resolve-secret';
import type { Tenants } from '@identity-events/shared/tenants/tenant';
import { tenantOf } from '@identity-events/shared/tenants/tenant-of';
import { tenantsOfEnvironment } from '@identity-events/shared/tenants/tenants-of-environment';
import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { v4 } from 'uuid';
import { newCaptureId, newId } from './captures/capture-id.ts';
import type { ApiConfig } from './config.ts';
import { buildContractDocuments } from './documents/contract-documents.ts';
import { createBodyBudget } from './http/body-budget.ts';
import { createHttpApp, type HttpAppDeps } from './http/create-http-app.ts';
import { connectionLimits, createLimitedServer } from './http/create-limited-server.ts';
import { readServerTls, renewServerTls } from './http/server-tls.ts';
import { createSlots } from './http/slots.ts';
import { createWaits, type Waits } from './http/waits.ts';
import { type ApiMetrics, createApiMetrics } from './metrics/api-metrics.ts';
import { createOwnDeadLetters } from './ops/own-dead-letters.ts';
import { createOwnReplays, type OwnReplays } from './ops/own-replays.ts';
import { readOnce } from './ops/read-once.ts';
import { type Status, toStatus } from './ops/status.ts';
import { createBullmqCaptureQueue } from './queue/bullmq-capture-queue.ts';
import { createBullmqReplays } from './queue/bullmq-replays.ts';
import { createRedisAllowances } from './redis/redis-allowances.ts';
import { openSealingThread } from './sealing/open-sealing-thread.ts';
import { traceQueue } from './traces/trace-queue.ts';
import { openIdentityImages } from './vlens/open-identity-images.ts';

/** Images on their way to callers at one time; each takes up to about 30 MiB for a moment. */
const imagesInFlightMax = 8;

/** How often a stream of events says that it is alive: more often than proxies close what is silent. */
const heartbeatMs = 15_000;

/** How often a server that stops looks for connections that have become idle. */
const closeIdleEveryMs = 50;

/** For how long the operators' page shows what was read. */
const statusForMs = 1_000;

/** Tenants and minutes that it tells of, and how late a capture must be to count as overdue. */
const [tenantsToldMost, minutesTold, overdueMs] = [100, 60, 60_000];

/** What the API is started with. */
export interface StartApiOptions {
  readonly config: ApiConfig;
  /** Where secrets are looked up that the tenants file names. */
  readonly env: Environment;
  readonly logger: Logger;
  readonly releases: Releases;
}

/** Joins the parts in the order in which a capture passes them, and listens. Resolves to the port. */
export async function startApi({ config, env, logger, releases }: StartApiOptions): Promise<number> {
  const version = versionOf(new URL('../package.json', import.meta.url));
  await startTracing({ service: 'api', version, env, logger, releases });
  const registry = createRegistry('api', version);
  const metrics = createApiMetrics(registry, config.CAPTURE_STORE === 'disk' ? config.CAPTURE_STORE_DIR : undefined);
  const tenants = await readTenants({ config, env, logger, releases });
  const address = redisAddress(config);
  const connect = (): Redis => {
    const connection = connectFailingFast(address, config.REDIS_COMMAND_TIMEOUT_MS, logger);
    releases.onStop('redis', async () => connection.disconnect());
    return connection;
  };
  const redis = connect();
  warnOfRedisSettings(redis, logger);
  const queue = traceQueue(createBullmqCaptureQueue(redis));
  const sealer = createSealer(config.ENCRYPTION_KEYS);
  const context: Context = { config, tenants, redis, sealer, logger, releases };
  const captures = metrics.countSubmissions(createCaptures(redis));
  const captureIndex = createCaptureIndex(redis, captures);
  const usage = createImageUsage(redis, config.CAPTURE_STORE_BYTES_MAX);
  const images = metrics.countImageBytes(meterImages(await openImageStore(config, sealer), usage));
  const seal = await openSealingThread({ keyRing: config.ENCRYPTION_KEYS, logger, releases });
  const identityImages = openEvidence(context, metrics);
  releases.onStop('counts', metrics.share(createTallies(redis, Date.now).add).stop);
  await openOperatorPages(context);
  const waits = createWaits(config.WAITS_MAX);
  const app = createHttpApp({
    tenants,
    allowances: createRedisAllowances(redis, {
      defaults: { rate: config.CLIENT_RATE, dailyQuota: config.CLIENT_DAILY_QUOTA ?? null },
      steadyNow: () => performance.now(),
    }),
    bodyBudget: createBodyBudget(config.BODY_BYTES_IN_FLIGHT_MAX),
    captures,
    captureIndex,
    changes: createCaptureChanges(connect()),
    waits,
    heartbeatMs,
    identity: { captures, sealer, now: Date.now },
    submit: { captures, images, queue, seal, ...submitting(context) },
    erase: { captures, images, jobs: queue, index: captureIndex, now: Date.now },
    webhooks: openWebhooks(context),
    ...openOperations(context, captures, images),
    replays: openReplays(context, captureIndex),
    trustedProxies: config.TRUSTED_PROXIES,
    identityImages,
    imageSlots: createSlots(imagesInFlightMax),
    documents: buildContractDocuments(),
    readiness: { redis: async () => void (await redis.ping()) },
    newRequestId: v4,
    audit: await openAuditLog({ service: 'api', file: config.AUDIT_LOG, logger, releases }),
    logger,
    metrics,
    onAnswered: metrics.requestAnswered,
  });
  return listen(app, { config, waits, logger, releases });
}

function readTenants({ config, env, logger, releases }: StartApiOptions): Promise<Tenants> {
  const { TENANTS_FILE: file, TENANTS_RELOAD_MS: everyMs } = config;
  const defaults = { baseUrl: config.VLENS_BASE_URL, windows: config.VLENS_WINDOWS };
  return openTenants(file === undefined ? { settings: tenantsOfEnvironment(config) } : { file, everyMs }, {
    env,
    calls: 'evidence',
    defaults,
    logger,
    releases,
  });
}

interface Context {
  readonly config: ApiConfig;
  readonly tenants: Tenants;
  readonly redis: Redis;
  readonly sealer: Sealer;
  readonly logger: Logger;
  readonly releases: Releases;
}

function submitting({ config, tenants, sealer, logger }: Context) {
  return {
    logger,
    sealer,
    now: Date.now,
    newCaptureId,
    newTransactionId: v4,
    windowsOf: (tenant: string) =>
      tenantOf(tenants, tenant).windows.map(({ calls, ms }) => ({ calls, ms: ms + config.VLENS_WINDOW_MARGIN_MS })),
    idempotencyWindowMs: config.IDEMPOTENCY_WINDOW_MS,
    expiryMsOf: (tenant: string) => tenantOf(tenants, tenant).expiryMs ?? config.CAPTURE_EXPIRY_MS,
  };
}

/** Dead letters. What is under way when the service stops ends after the letter it is at. */
function openOperations({ config, tenants, redis, releases }: Context, captures: Captures, images: ImageStore) {
  const letters = createDeadLetters({
    redis,
    captures,
    images,
    now: Date.now,
    newNonce: v4,
    retentionMsOf: (tenant) => tenants.tenantOf(tenant)?.retentionMs ?? config.RECORD_RETENTION_MS,
    imageGraceMs: config.IMAGE_GRACE_MS,
    redrivesMax: config.DEAD_LETTER_REDRIVES_MAX,
    tenants: () => tenants.all().map(({ id }) => id),
  });
  releases.onStop('dead letters', () => letters.close());
  const stopping = new AbortController();
  releases.onStop('operations', async () => stopping.abort());
  const deadLetters = createOwnDeadLetters({ letters, isAlone: () => tenants.all().length === 1 });
  return { deadLetters, stopping: stopping.signal };
}

/** Past events are published again by the workers; here it is asked for. */
function openReplays({ config, redis, releases }: Context, index: CaptureIndex): OwnReplays {
  const jobs = createBullmqReplays(redis);
  releases.onStop('replays', () => jobs.close());
  const newReplayId = (createdAt: number): string => newId('rpl', createdAt);
  return createOwnReplays({ jobs, index, topicsAllowed: config.REPLAY_TOPICS, newReplayId, now: Date.now });
}

function openEvidence({ config, tenants, redis, sealer, logger, releases }: Context, metrics: ApiMetrics) {
  return openIdentityImages(tenants, {
    redis,
    sealer,
    logger,
    releases,
    now: Date.now,
    newOwner: v4,
    timeoutMs: config.VLENS_TIMEOUT_MS,
    onCall: metrics.providerCalled,
    budget: createProviderBudget(redis, {
      windowsOf: (tenant) => tenantOf(tenants, tenant).windows,
      marginMs: config.VLENS_WINDOW_MARGIN_MS,
      probeMs: config.VLENS_TIMEOUT_MS + 1_000,
    }),
  });
}

function openWebhooks({ config, tenants, redis }: Context): HttpAppDeps['webhooks'] {
  return {
    announcements: createAnnouncements(redis),
    now: Date.now,
    windowMs: config.VLENS_WEBHOOK_WINDOW_MS,
    settingsOf: (tenant) => tenants.tenantOf(tenant)?.webhook ?? null,
    signatureHeader: config.VLENS_WEBHOOK_SIGNATURE_HEADER,
  };
}

/** The pages for operators, where they are asked for: a listener of their own, so that no proxy lets them out by mistake. */
async function openOperatorPages(context: Context): Promise<void> {
  const { config, logger, redis, releases } = context;
  const { OPS_HOST: host, OPS_PORT: port, OPS_USERS: operators, OPS_UI_WRITE: mayWrite } = config;
  if (operators === undefined) return;
  const { createOperatorApp } = await import('./http/operator/operator-app.ts');
  const queues = [captureQueueName, replayQueueName].map((name) => {
    const queue = new Queue(name, { connection: redis, prefix: redisPrefix, skipVersionCheck: true });
    queue.on('error', () => undefined);
    releases.onStop('queue page', () => queue.close());
    return queue;
  });
  const readStatus = readOnce(statusOf(context), statusForMs, () => performance.now());
  const pages = createOperatorApp({ operators, readStatus, queues, mayWrite, logger });
  const server = openServer(pages, context);
  server.listen(port, host);
  await once(server, 'listening');
  releases.onStop('operator pages', async () => {
    server.close();
    server.closeAllConnections();
  });
  logger.info('operator.listening', { host, port: (server.address() as AddressInfo).port });
}

/** Reads how the service is, at the same cost however much waits. */
function statusOf({ redis, tenants, releases }: Context): () => Promise<Status> {
  const [tallies, jobs] = [createTallies(redis, Date.now), createQueueState(redis)];
  releases.onStop('queue state', () => jobs.close());
  return async () => {
    const [now, told] = [Date.now(), tenants.all().slice(0, tenantsToldMost)];
    const ids = told.map(({ id }) => id);
    const [store, states, counted, gates] = await Promise.all([
      readStoreState(redis, ids, now - overdueMs),
      jobs.read(),
      tallies.read(minutesTold),
      Promise.all(told.map(async ({ id, windows }) => ({ tenant: id, ...(await readGateUsage(redis, id, windows)) }))),
    ]);
    return toStatus({ now, store, jobs: states, tallies: counted, gates });
  };
}

/** By HTTPS where a certificate is set. It listens nowhere yet. */
function openServer(app: RequestListener, { config, logger, releases }: Omit<StartApiOptions, 'env'>) {
  const server = createLimitedServer(app, connectionLimits, readServerTls(config));
  if (server instanceof TlsServer) renewServerTls(server, config, { logger, releases });
  return server;
}

async function listen(
  app: RequestListener,
  { config, waits, logger, releases }: Omit<StartApiOptions, 'env'> & { readonly waits: Waits },
): Promise<number> {
  const server = openServer(app, { config, logger, releases });
  server.listen(config.PORT, config.HOST);
  await once(server, 'listening');
  releases.onStop('http', async () => {
    const closed = once(server, 'close');
    server.close();
    // A connection whose request ends only now would be kept open for the client's next one.
    const closing = setInterval(() => server.closeIdleConnections(), closeIdleEveryMs);
    await closed;
    clearInterval(closing);
  });
  // The first to run: whoever waits is answered, so that the server can close.
  releases.onStop('waits', async () => waits.stop());
  return (server.address() as AddressInfo).port;
}
