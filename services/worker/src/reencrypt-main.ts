import process from 'node:process';
import { readConfig } from '@identity-events/shared/runtime/config';
import { createLogger } from '@identity-events/shared/runtime/logger';
import { connectPatiently } from '@identity-events/shared/runtime/redis';
import { reencrypt } from '@identity-events/shared/store/reencrypt';
import { createSealer } from '@identity-events/shared/store/seal';
import { workerSettings } from './config.ts';

const settings = workerSettings.pick({ REDIS_URL: true, ENCRYPTION_KEYS: true, LOG_LEVEL: true });
const { REDIS_URL, ENCRYPTION_KEYS, LOG_LEVEL } = readConfig(settings, process.env);
const logger = createLogger('reencrypt', LOG_LEVEL);
const redis = connectPatiently(REDIS_URL, logger);
const dryRun = process.argv.includes('--dry-run');
let broken = 0;
for await (const done of reencrypt(redis, createSealer(ENCRYPTION_KEYS), dryRun)) {
  broken = done.broken;
  logger.info('reencrypt.progress', { ...done, dryRun });
}
logger.info('reencrypt.done', { broken });
redis.disconnect();
process.exitCode = broken > 0 ? 1 : 0;
