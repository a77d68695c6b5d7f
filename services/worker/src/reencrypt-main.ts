import process from 'node:process';
import { readConfig } from '@identity-events/shared/runtime/config';
import { createLogger } from '@identity-events/shared/runtime/logger';
import { connectPatiently } from '@identity-events/shared/runtime/redis';
import { checkRedisTls, redisAddress } from '@identity-events/shared/runtime/redis-address';
import { reencrypt } from '@identity-events/shared/store/reencrypt';
import { createSealer } from '@identity-events/shared/store/seal';
import { workerSettings } from './config.ts';

const settings = workerSettings
  .pick({
    REDIS_URL: true,
    REDIS_CLUSTER_NODES: true,
    REDIS_TLS_CA_FILE: true,
    REDIS_TLS_CERT_FILE: true,
    REDIS_TLS_KEY_FILE: true,
    ENCRYPTION_KEYS: true,
    LOG_LEVEL: true,
  })
  .superRefine(checkRedisTls);
const config = readConfig(settings, process.env);
const { ENCRYPTION_KEYS, LOG_LEVEL } = config;
const logger = createLogger('reencrypt', LOG_LEVEL);
const redis = connectPatiently(redisAddress(config), logger);
const dryRun = process.argv.includes('--dry-run');
let broken = 0;
for await (const done of reencrypt(redis, createSealer(ENCRYPTION_KEYS), dryRun)) {
  broken = done.broken;
  logger.info('reencrypt.progress', { ...done, dryRun });
}
logger.info('reencrypt.done', { broken });
redis.disconnect();
process.exitCode = broken > 0 ? 1 : 0;
