import process from 'node:process';
import { readConfig } from '@identity-events/shared/runtime/config';
import { createLogger } from '@identity-events/shared/runtime/logger';
import { runService } from '@identity-events/shared/runtime/run-service';
import { startWorker } from './app.ts';
import { workerConfig } from './config.ts';

await runService(process, () => {
  const config = readConfig(workerConfig, process.env);
  const logger = createLogger('worker', config.LOG_LEVEL);
  return {
    logger,
    shutdownDeadlineMs: config.SHUTDOWN_DEADLINE_MS,
    start: async (releases) => {
      const port = await startWorker({ config, env: process.env, logger, releases });
      logger.info('worker.running', { healthHost: config.HEALTH_HOST, healthPort: port });
    },
  };
});
