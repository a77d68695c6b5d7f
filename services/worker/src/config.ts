import {
  checkKafkaSecurity,
  kafkaSecurityProtocol,
  saslMechanism,
} from '@identity-events/shared/contracts/kafka-security';
import { windows } from '@identity-events/shared/contracts/windows';
import {
  clusterNodes,
  logLevel,
  onOff,
  redisUrl,
  tenantId,
  topicList,
  wholeNumber,
} from '@identity-events/shared/runtime/config';
import { checkRedisTls } from '@identity-events/shared/runtime/redis-address';
import {
  otlpEndpoint,
  otlpProtocol,
  samplerShare,
  tracesExporter,
  tracesSampler,
} from '@identity-events/shared/runtime/tracing-settings';
import { captureStoreKind, checkImageStore, keyPrefix } from '@identity-events/shared/store/image-store-settings';
import { checkTenancy } from '@identity-events/shared/tenants/tenants-of-environment';
import { z } from 'zod';

/** Settings of the worker. Every variable with meaning, unit, default and limit; secrets have no default. */
export const workerSettings = z.object({
  /** Redis that holds captures, queue and outbox. Must run with AOF and maxmemory-policy noeviction. */
  REDIS_URL: redisUrl,
  /** Nodes of a Redis Cluster to ask who serves the captures, <host>:<port>, comma separated, up to 20; REDIS_URL then gives user, password and rediss:// only. */
  REDIS_CLUSTER_NODES: clusterNodes.optional(),
  /** Certificates by which a rediss:// Redis is known, PEM; without it those that Node trusts. */
  REDIS_TLS_CA_FILE: z.string().min(1).optional(),
  /** Certificate that is shown to Redis, PEM, where it asks for one. */
  REDIS_TLS_CERT_FILE: z.string().min(1).optional(),
  /** Private key of REDIS_TLS_CERT_FILE, PEM. */
  REDIS_TLS_KEY_FILE: z.string().min(1).optional(),
  /** Kafka's bootstrap servers: <host>:<port>, comma separated. */
  KAFKA_BROKERS: z
    .string()
    .regex(/^[^\s,:]+:\d{1,5}(,[^\s,:]+:\d{1,5})*$/, 'must be <host>:<port>, comma separated')
    .transform((brokers) => brokers.split(',')),
  /** How Kafka is spoken to: PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL, Kafka's own words. */
  KAFKA_SECURITY_PROTOCOL: kafkaSecurityProtocol.default('PLAINTEXT'),
  /** Certificates by which brokers are known, PEM; without it those that Node trusts. */
  KAFKA_SSL_CA_FILE: z.string().min(1).optional(),
  /** Certificate that is shown to brokers, PEM, where they ask for one. */
  KAFKA_SSL_CERT_FILE: z.string().min(1).optional(),
  /** Private key of KAFKA_SSL_CERT_FILE, PEM. */
  KAFKA_SSL_KEY_FILE: z.string().min(1).optional(),
  /** PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512; for the protocols with SASL. */
  KAFKA_SASL_MECHANISM: saslMechanism.optional(),
  /** As whom the worker is known to Kafka. */
  KAFKA_SASL_USERNAME: z.string().min(1).optional(),
  /** The secret of KAFKA_SASL_USERNAME. */
  KAFKA_SASL_PASSWORD: z.string().min(1).optional(),
  /** Address of the API for those who read events: schemas are at <address>/schemas/<name>; without it events name none. */
  PUBLIC_URL: z
    .url({ protocol: /^https?$/, error: 'must be an http:// or https:// address' })
    .refine((address) => !/[?#]/.test(address), 'must have neither a query nor a fragment')
    .transform((address) => address.replace(/\/+$/, ''))
    .optional(),
  /** Whether missing topics are made; false where they come from elsewhere. */
  KAFKA_CREATE_TOPICS: onOff.default(true),
  /** Partitions of topics made here; 1 to 1,000. */
  KAFKA_TOPIC_PARTITIONS: wholeNumber(1, 1_000).default(6),
  /** Copies of topics made here; 1 to 9. Use 3 on a cluster of three or more brokers. */
  KAFKA_TOPIC_REPLICATION: wholeNumber(1, 9).default(1),
  /** How long records stay in topics made here; milliseconds, an hour to 400 days. Default 7 days. */
  KAFKA_TOPIC_RETENTION_MS: wholeNumber(3_600_000, 400 * 86_400_000).default(7 * 86_400_000),
  /** Where images wait: disk, a folder that API and workers share, or s3, a bucket of an S3-compatible store. */
  CAPTURE_STORE: captureStoreKind.default('disk'),
  /** Folder of the images, shared with the API; for disk. */
  CAPTURE_STORE_DIR: z.string().min(1).optional(),
  /** Bucket of the images; for s3. Its versioning must be off, for versions would outlive an erasure. */
  CAPTURE_STORE_S3_BUCKET: z.string().min(3).max(63).optional(),
  /** Stands before the key of every image, such as captures/; up to 200 characters. */
  CAPTURE_STORE_S3_PREFIX: keyPrefix.optional(),
  /** Region of the bucket. */
  CAPTURE_STORE_S3_REGION: z.string().min(1).max(64).default('us-east-1'),
  /** Address of an S3-compatible store that is not AWS. */
  CAPTURE_STORE_S3_ENDPOINT: z
    .url({ protocol: /^https?$/, error: 'must be an http:// or https:// address' })
    .optional(),
  /** Who asks for images in S3; without it the role of the machine or container is taken. */
  AWS_ACCESS_KEY_ID: z.string().min(1).optional(),
  /** The secret of AWS_ACCESS_KEY_ID. */
  AWS_SECRET_ACCESS_KEY: z.string().min(1).optional(),
  /** Goes with temporary credentials. */
  AWS_SESSION_TOKEN: z.string().min(1).optional(),
  /** Keys that open images and tokens: <id>:<base64 of 32 bytes>, comma separated; the same ring as the API's. */
  ENCRYPTION_KEYS: z.string().min(1),
  /** File of the tenants and their clients, YAML or JSON; instead of the one tenant that TENANT_ID names. */
  TENANTS_FILE: z.string().min(1).optional(),
  /** How often that file is looked at for changes; milliseconds, 100 to 600,000. */
  TENANTS_RELOAD_MS: wholeNumber(100, 600_000).default(5_000),
  /** The tenant for which this service runs, where there is no TENANTS_FILE. */
  TENANT_ID: tenantId.optional(),
  /** Address of the Vlens API; of those tenants of the file that name none. */
  VLENS_BASE_URL: z.url({ protocol: /^https?$/, error: 'must be an http:// or https:// address' }).optional(),
  /** The tenant's Vlens ApiKey, where there is no TENANTS_FILE. */
  VLENS_API_KEY: z.string().min(1).optional(),
  /** Longest time one provider call may take, headers and body together; milliseconds, 100 to 120,000. */
  VLENS_TIMEOUT_MS: wholeNumber(100, 120_000).default(10_000),
  /** Failed provider calls after which a capture fails as provider_unavailable; 1 to 100. */
  VLENS_FAILED_CALLS_MAX: wholeNumber(1, 100).default(8),
  /** Upper end of the first wait after a failed call, doubling each time; milliseconds, 10 to 60,000. */
  VLENS_RETRY_FIRST_MS: wholeNumber(10, 60_000).default(1_000),
  /** Longest wait between two tries; milliseconds, a second to an hour. */
  VLENS_RETRY_MAX_MS: wholeNumber(1_000, 3_600_000).default(300_000),
  /** What Vlens allows a tenant: calls/span, comma separated, such as 10/1s,60/1m; up to 8 windows. */
  VLENS_WINDOWS: windows.prefault('10/1s,60/1m'),
  /** Added to each window: how much later than planned a call may reach Vlens; milliseconds, 50 to 1,000. */
  VLENS_WINDOW_MARGIN_MS: wholeNumber(50, 1_000).default(250),
  /** Calls in a row without a usable answer after which Vlens is left alone for a while; 1 to 100. */
  VLENS_BREAKER_FAILURES: wholeNumber(1, 100).default(5),
  /** How long Vlens is left alone at first, doubling each time; milliseconds, 10 to 60,000. */
  VLENS_BREAKER_FIRST_MS: wholeNumber(10, 60_000).default(1_000),
  /** Longest time between two probes of a Vlens that is down; milliseconds, a second to an hour. */
  VLENS_BREAKER_MAX_MS: wholeNumber(1_000, 3_600_000).default(30_000),
  /** Time between two probes while Vlens refuses the tenant's account; milliseconds, a second to a day. */
  VLENS_ACCOUNT_PROBE_MS: wholeNumber(1_000, 86_400_000).default(60_000),
  /** Captures that one process works on at a time; 1 to 64, the connections to Vlens. */
  CONCURRENCY: wholeNumber(1, 64).default(20),
  /** A job whose worker gives no sign of life for this long is taken up by another; milliseconds, 1,000 to 300,000. */
  JOB_LOCK_MS: wholeNumber(1_000, 300_000).default(15_000),
  /** How often such jobs are looked for; milliseconds, 500 to 300,000. */
  STALLED_CHECK_MS: wholeNumber(500, 300_000).default(5_000),
  /** Crashes of workers with the same job after which it becomes a dead letter; 1 to 1,000. */
  POISON_STALLS_MAX: wholeNumber(1, 1_000).default(20),
  /** How often captures and outbox are looked after, by one worker at a time; milliseconds, 1,000 to 600,000. */
  RECONCILE_EVERY_MS: wholeNumber(1_000, 600_000).default(30_000),
  /** How late a capture or event must be before it is looked after; milliseconds, 1,000 to 3,600,000. */
  RECONCILE_GRACE_MS: wholeNumber(1_000, 3_600_000).default(60_000),
  /** How long images outlive their capture's outcome; milliseconds, 0 to 30 days. Beyond 0 they may stay an hour more. */
  IMAGE_GRACE_MS: wholeNumber(0, 30 * 86_400_000).default(0),
  /** How long ended captures stay readable; milliseconds, an hour to 400 days. Default 30 days. */
  RECORD_RETENTION_MS: wholeNumber(3_600_000, 400 * 86_400_000).default(30 * 86_400_000),
  /** How long the fields of verified persons' cards are kept, 0 for not at all; milliseconds, 0 to 400 days. Default 0. */
  IDENTITY_RETENTION_MS: wholeNumber(0, 400 * 86_400_000).default(0),
  /** Topics to which past events may be replayed beside their own, comma separated, up to 20; the same for API and workers. */
  REPLAY_TOPICS: topicList.default([]),
  /** Replays of one event after which it gets no more, unless forced; 1 to 1,000. */
  REPLAYS_MAX: wholeNumber(1, 1_000).default(10),
  /** Address of the health endpoints. */
  HEALTH_HOST: z.string().default('127.0.0.1'),
  /** Port of the health endpoints; 0 takes a free one. */
  HEALTH_PORT: wholeNumber(0, 65_535).default(8081),
  /** Captures are due and this worker moves none for so long: /healthz says 503; milliseconds, 10,000 to 3,600,000. */
  WEDGED_AFTER_MS: wholeNumber(10_000, 3_600_000).default(60_000),
  /** Time for running jobs to end after SIGTERM; milliseconds, 1,000 to 130,000. */
  SHUTDOWN_DEADLINE_MS: wholeNumber(1_000, 130_000).default(13_000),
  /** error, warn, info or debug. */
  LOG_LEVEL: logLevel,
  /** Collector that traces are sent to by OTLP; without it none are made. OpenTelemetry's further OTEL_* variables hold, too. */
  OTEL_EXPORTER_OTLP_ENDPOINT: otlpEndpoint.optional(),
  /** http/protobuf, http/json or grpc. */
  OTEL_EXPORTER_OTLP_PROTOCOL: otlpProtocol.default('http/protobuf'),
  /** otlp, console or none. */
  OTEL_TRACES_EXPORTER: tracesExporter.optional(),
  /** Which traces are recorded that no caller decided on: parentbased_traceidratio for a share, or another of OpenTelemetry's. */
  OTEL_TRACES_SAMPLER: tracesSampler.default('parentbased_always_on'),
  /** That share; 0 to 1. */
  OTEL_TRACES_SAMPLER_ARG: samplerShare.default(1),
});
type Settings = z.infer<typeof workerSettings>;
type Setting = keyof Settings;

/** Time between the longest provider call and the end of a stop, in ms: for writing down what the call brought. */
const afterCallMs = 2_000;

/** Settings that must fit each other: the first must not be more than the second, less the room named. */
const orders: readonly (readonly [smaller: Setting, larger: Setting, roomMs: number, why: string])[] = [
  ['VLENS_TIMEOUT_MS', 'SHUTDOWN_DEADLINE_MS', afterCallMs, 'a stop must be able to wait for a running provider call'],
  ['VLENS_TIMEOUT_MS', 'WEDGED_AFTER_MS', afterCallMs, 'a worker that waits for a provider call is not wedged'],
  ['STALLED_CHECK_MS', 'JOB_LOCK_MS', 0, 'a job whose worker died must be found soon after its lock ran out'],
  ['IDENTITY_RETENTION_MS', 'RECORD_RETENTION_MS', 0, 'the fields of a card stand beside their record'],
  ['VLENS_RETRY_FIRST_MS', 'VLENS_RETRY_MAX_MS', 0, 'waits grow from the first to the longest'],
  ['VLENS_BREAKER_FIRST_MS', 'VLENS_BREAKER_MAX_MS', 0, 'waits grow from the first to the longest'],
];

/** {@link workerSettings}, none of which contradicts another. */
export const workerConfig = workerSettings.superRefine((config, context) => {
  checkTenancy(config, ['TENANT_ID', 'VLENS_BASE_URL', 'VLENS_API_KEY'], context);
  checkImageStore(config, context);
  checkRedisTls(config, context);
  checkKafkaSecurity(config, context);
  for (const [smaller, larger, roomMs, why] of orders) {
    if (Number(config[smaller]) + roomMs <= Number(config[larger])) continue;
    const room = roomMs > 0 ? `, less ${roomMs}` : '';
    context.addIssue({ code: 'custom', path: [smaller], message: `must be at most ${larger}${room}: ${why}` });
  }
});
export type WorkerConfig = z.infer<typeof workerConfig>;
