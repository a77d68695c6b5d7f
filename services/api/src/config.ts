import { captureLimits } from '@identity-events/shared/contracts/capture';
import { rate } from '@identity-events/shared/contracts/rate';
import { windows } from '@identity-events/shared/contracts/windows';
import { addressList } from '@identity-events/shared/runtime/addresses';
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
import { apiClients, checkTenancy, webhookSecrets } from '@identity-events/shared/tenants/tenants-of-environment';
import { z } from 'zod';

const printable = z.string().regex(/^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/, 'must be printable ASCII');

/** Names with the SHA-256 of a password each. */
const operators = z
  .string()
  .regex(
    /^[a-z0-9-]{1,64}:[0-9a-f]{64}(,[a-z0-9-]{1,64}:[0-9a-f]{64}){0,99}$/,
    'must be <name>:<sha256 hex>, comma separated',
  )
  .transform((text) => new Map(text.split(',').map((entry) => [entry.split(':')[0] ?? '', digestOf(entry)])));

function digestOf(entry: string): Buffer {
  return Buffer.from(entry.split(':')[1] ?? '', 'hex');
}

/** Settings of the API. Every variable with meaning, unit, default and limit; secrets have no default. */
const settings = z.object({
  /** Address to listen on. */
  HOST: z.string().default('127.0.0.1'),
  /** Port to listen on; 0 takes a free one. */
  PORT: wholeNumber(0, 65_535).default(8080),
  /** Certificate of the API, with those between it and its root, PEM: it then speaks HTTPS, and nothing else. */
  TLS_CERT_FILE: z.string().min(1).optional(),
  /** Private key of TLS_CERT_FILE, PEM. */
  TLS_KEY_FILE: z.string().min(1).optional(),
  /** Certificates of those who sign clients', PEM: only who shows one signed by them may connect. Not asked for without it. */
  TLS_CLIENT_CA_FILE: z.string().min(1).optional(),
  /** Who may see the operators' pages: <name>:<SHA-256 of a random password in hex>, comma separated; there are none without it. */
  OPS_USERS: operators.optional(),
  /** Address on which they listen, by HTTPS where the API does. */
  OPS_HOST: z.string().default('127.0.0.1'),
  /** Port of these pages, a listener of its own; 0 takes a free one. */
  OPS_PORT: wholeNumber(0, 65_535).default(8082),
  /** Whether the page of the queues may pause, retry, promote and clean. */
  OPS_UI_WRITE: onOff.default(false),
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
  /** Longest time one Redis command may take before the caller gets 503; milliseconds, 100 to 10,000. */
  REDIS_COMMAND_TIMEOUT_MS: wholeNumber(100, 10_000).default(1_500),
  /** Where images wait: disk, a folder that API and workers share, or s3, a bucket of an S3-compatible store. */
  CAPTURE_STORE: captureStoreKind.default('disk'),
  /** Folder of the images, shared with the workers; for disk. */
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
  /** Keys that seal images and tokens: <id>:<base64 of 32 bytes>, comma separated; the first one seals, all open. */
  ENCRYPTION_KEYS: z.string().min(1),
  /** File of the tenants and their clients, YAML or JSON; instead of the one tenant that TENANT_ID names. */
  TENANTS_FILE: z.string().min(1).optional(),
  /** How often that file is looked at for changes; milliseconds, 100 to 600,000. */
  TENANTS_RELOAD_MS: wholeNumber(100, 600_000).default(5_000),
  /** The tenant for which this service runs, where there is no TENANTS_FILE. */
  TENANT_ID: tenantId.optional(),
  /** Who may call: <name>:<SHA-256 of the key in hex>[:<scope>+<scope>], comma separated; captures:* without scopes. */
  API_CLIENTS: apiClients.optional(),
  /** Requests of a client that names no rate of its own: count/span, with s, m or h; all at once, then refilled evenly. */
  CLIENT_RATE: rate.prefault('10000/1s'),
  /** Captures from midnight to midnight UTC of a client that names no quota of its own; no limit without it. */
  CLIENT_DAILY_QUOTA: wholeNumber(1, 1_000_000_000).optional(),
  /** How long a repeated Idempotency-Key yields the first answer; milliseconds, a minute to 7 days. Default a day. */
  IDEMPOTENCY_WINDOW_MS: wholeNumber(60_000, 7 * 86_400_000).default(86_400_000),
  /** Address of the Vlens API; of those tenants of the file that name none. */
  VLENS_BASE_URL: z.url({ protocol: /^https?$/, error: 'must be an http:// or https:// address' }).optional(),
  /** The tenant's Vlens ApiKey, where there is no TENANTS_FILE. */
  VLENS_API_KEY: printable.optional(),
  /** Longest time one provider call may take, headers and body together; milliseconds, 100 to 120,000. */
  VLENS_TIMEOUT_MS: wholeNumber(100, 120_000).default(10_000),
  /** What Vlens allows a tenant: calls/span, comma separated, such as 10/1s,60/1m; up to 8 windows. */
  VLENS_WINDOWS: windows.prefault('10/1s,60/1m'),
  /** Added to each window: how much later than planned a call may reach Vlens; milliseconds, 50 to 1,000. */
  VLENS_WINDOW_MARGIN_MS: wholeNumber(50, 1_000).default(250),
  /** Deadline of a capture that names none; milliseconds, a second to 7 days. Default a day. */
  CAPTURE_EXPIRY_MS: wholeNumber(1_000, captureLimits.expiryMsMax).default(86_400_000),
  /** Bytes of images that may wait for their captures' ends, of all tenants; beyond it callers get 503; no limit without it. */
  CAPTURE_STORE_BYTES_MAX: wholeNumber(64 * 1024 * 1024, Number.MAX_SAFE_INTEGER).optional(),
  /** Bytes of request bodies held in memory at one time; beyond it callers get 503. Default 256 MiB. */
  BODY_BYTES_IN_FLIGHT_MAX: wholeNumber(64 * 1024 * 1024, 16 * 1024 ** 3).default(256 * 1024 * 1024),
  /** Requests that wait for a capture or follow it at one time; beyond it callers get 503; 1 to 100,000. Default 1,000. */
  WAITS_MAX: wholeNumber(1, 100_000).default(1_000),
  /** How long images outlive their capture's outcome; milliseconds, 0 to 30 days. Beyond 0 they may stay an hour more. */
  IMAGE_GRACE_MS: wholeNumber(0, 30 * 86_400_000).default(0),
  /** How long ended captures stay readable; milliseconds, an hour to 400 days. Default 30 days. */
  RECORD_RETENTION_MS: wholeNumber(3_600_000, 400 * 86_400_000).default(30 * 86_400_000),
  /** New attempts for a dead letter after which it gets no more, unless forced; 1 to 100. */
  DEAD_LETTER_REDRIVES_MAX: wholeNumber(1, 100).default(3),
  /** Topics to which past events may be replayed beside their own, comma separated, up to 20; the same for API and workers. */
  REPLAY_TOPICS: topicList.default([]),
  /** Time for running requests to end after SIGTERM; milliseconds, 1,000 to 60,000. */
  SHUTDOWN_DEADLINE_MS: wholeNumber(1_000, 60_000).default(10_000),
  /** File to which a line is added for whatever brings personal data in or out or erases it; stdout without it. */
  AUDIT_LOG: z.string().min(1).optional(),
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
  /** The tenant's name with Vlens, up to 256 characters; with the next two, evidence can be read. */
  VLENS_TENANCY_NAME: printable.max(256).optional(),
  /** User name or e-mail address of a Vlens service account with the permission Requests, up to 256 characters. */
  VLENS_ADMIN_USER: z.string().max(256).optional(),
  /** Password of that account, up to 32 characters. */
  VLENS_ADMIN_PASSWORD: z.string().max(32).optional(),
  /** SHA-256 in hex of the secret with which Vlens posts to the webhook; two, comma separated, while it is exchanged. */
  VLENS_WEBHOOK_SECRETS: webhookSecrets.optional(),
  /** Key of the HMAC-SHA256 that must be over each body; without it no signature is asked for. */
  VLENS_WEBHOOK_SIGNING_KEY: printable.max(512).optional(),
  /** A second one that is taken, too, while it is exchanged. */
  VLENS_WEBHOOK_OLD_SIGNING_KEY: printable.max(512).optional(),
  /** Header that carries that signature. */
  VLENS_WEBHOOK_SIGNATURE_HEADER: z
    .string()
    .regex(/^[A-Za-z0-9-]{1,64}$/)
    .default('abp-webhook-signature'),
  /** Addresses or subnets from which the webhook is taken, comma separated, up to 100; from everywhere if not set. */
  VLENS_WEBHOOK_SOURCES: addressList.optional(),
  /** How long a notification is known to have been taken; milliseconds, an hour to 30 days. Default 7 days. */
  VLENS_WEBHOOK_WINDOW_MS: wholeNumber(3_600_000, 30 * 86_400_000).default(7 * 86_400_000),
  /** Addresses or subnets of the proxies whose X-Forwarded-For is believed, comma separated, up to 100. */
  TRUSTED_PROXIES: addressList.default([]),
});

/** Reading evidence needs all of these. The first two are the workers' as well, so they alone do not ask for it. */
const accountSettings = [
  'VLENS_BASE_URL',
  'VLENS_API_KEY',
  'VLENS_TENANCY_NAME',
  'VLENS_ADMIN_USER',
  'VLENS_ADMIN_PASSWORD',
] as const satisfies (keyof z.infer<typeof settings>)[];

/** A certificate goes with its key, and asking for clients' with one of our own. */
function checkServerTls(config: Partial<z.infer<typeof settings>>, context: z.core.$RefinementCtx): void {
  const pairs = [
    ['TLS_CERT_FILE', 'TLS_KEY_FILE'],
    ['TLS_KEY_FILE', 'TLS_CERT_FILE'],
    ['TLS_CLIENT_CA_FILE', 'TLS_CERT_FILE'],
  ] as const;
  for (const [name, other] of pairs) {
    if (config[name] === undefined || config[other] !== undefined) continue;
    context.addIssue({ code: 'custom', path: [other], message: `is missing beside ${name}` });
  }
}

/** {@link settings}, and of the service account all or nothing; looked at also when other settings are faulty. */
export const apiConfig = settings.superRefine(
  (config, context) => {
    checkTenancy(config, ['TENANT_ID', 'API_CLIENTS'], context);
    checkImageStore(config, context);
    checkRedisTls(config, context);
    checkServerTls(config, context);
    for (const name of [
      'VLENS_WEBHOOK_SIGNING_KEY',
      'VLENS_WEBHOOK_OLD_SIGNING_KEY',
      'VLENS_WEBHOOK_SOURCES',
    ] as const) {
      if (config[name] === undefined || config.VLENS_WEBHOOK_SECRETS !== undefined) continue;
      context.addIssue({ code: 'custom', path: ['VLENS_WEBHOOK_SECRETS'], message: `is missing beside ${name}` });
    }
    const missing = accountSettings.filter((name) => config[name] === undefined);
    if (config.TENANTS_FILE !== undefined || accountSettings.slice(2).every((name) => missing.includes(name))) return;
    for (const name of missing) {
      context.addIssue({ code: 'custom', path: [name], message: 'is missing, and evidence needs it' });
    }
  },
  { when: () => true },
);
export type ApiConfig = z.infer<typeof apiConfig>;
