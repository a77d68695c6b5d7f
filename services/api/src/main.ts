import process from 'node:process';
import { readConfig } from '@identity-events/shared/runtime/config';
import { createLogger } from '@identity-events/shared/runtime/logger';
import { runService } from '@identity-events/shared/runtime/run-service';
import { startApi } from './app.ts';
import { apiConfig } from './config.ts';

await runService(process, () => {
  const config = readConfig(apiConfig, process.env);
  const logger = createLogger('api', config.LOG_LEVEL);
  return {
    logger,
    shutdownDeadlineMs: config.SHUTDOWN_DEADLINE_MS,
    start: async (releases) => {
      const port = await startApi({ config, env: process.env, logger, releases });
      logger.info('api.listening', { host: config.HOST, port });
    },
  };
});
