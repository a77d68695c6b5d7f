import { captureLimits } from '@identity-events/shared/contracts/capture';
import { windows } from '@identity-events/shared/contracts/windows';
import { logLevel, redisUrl, tenantId, wholeNumber } from '@identity-events/shared/runtime/config';
import { z } from 'zod';

/** Settings of the API. Every variable with meaning, unit, default and limit; secrets have no default. */
export const apiConfig = z.object({
  /** Address to listen on. */
  HOST: z.string().default('127.0.0.1'),
  /** Port to listen on; 0 takes a free one. */
  PORT: wholeNumber(0, 65_535).default(8080),
  /** Redis that holds captures, queue and outbox. Must run with AOF and maxmemory-policy noeviction. */
  REDIS_URL: redisUrl,
  /** Longest time one Redis command may take before the caller gets 503; milliseconds, 100 to 10,000. */
  REDIS_COMMAND_TIMEOUT_MS: wholeNumber(100, 10_000).default(1_500),
  /** Folder of the images, shared with the workers. */
  CAPTURE_STORE_DIR: z.string().min(1),
  /** Keys that seal images and tokens: <id>:<base64 of 32 bytes>, comma separated; the first one seals, all open. */
  ENCRYPTION_KEYS: z.string().min(1),
  /** The tenant for which this service runs. */
  TENANT_ID: tenantId,
  /** Who may submit: <name>:<SHA-256 of the key in hex>, comma separated. */
  API_CLIENTS: z
    .string()
    .regex(/^[a-z0-9-]+:[0-9a-f]{64}(,[a-z0-9-]+:[0-9a-f]{64})*$/, 'must be <name>:<sha256 hex>, comma separated'),
  /** How long a repeated Idempotency-Key yields the first answer; milliseconds, a minute to 7 days. Default a day. */
  IDEMPOTENCY_WINDOW_MS: wholeNumber(60_000, 7 * 86_400_000).default(86_400_000),
  /** What Vlens allows the tenant: calls/span, comma separated; the same as the workers'. Tells when to expect outcomes. */
  VLENS_WINDOWS: windows.prefault('10/1s,60/1m'),
  /** Deadline of a capture that names none; milliseconds, a second to 7 days. Default a day. */
  CAPTURE_EXPIRY_MS: wholeNumber(1_000, captureLimits.expiryMsMax).default(86_400_000),
  /** Bytes of request bodies held in memory at one time; beyond it callers get 503. Default 256 MiB. */
  BODY_BYTES_IN_FLIGHT_MAX: wholeNumber(64 * 1024 * 1024, 16 * 1024 ** 3).default(256 * 1024 * 1024),
  /** Time for running requests to end after SIGTERM; milliseconds, 1,000 to 60,000. */
  SHUTDOWN_DEADLINE_MS: wholeNumber(1_000, 60_000).default(10_000),
  /** error, warn, info or debug. */
  LOG_LEVEL: logLevel,
});
export type ApiConfig = z.infer<typeof apiConfig>;
