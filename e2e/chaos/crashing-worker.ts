/**
 * The worker as it is in production, but that it kills itself with SIGKILL at the points named by `CRASH_AT`; see
 * {@link parseCrashRules}. Each death is told on stdout just before.
 */
import { writeSync } from 'node:fs';
import process from 'node:process';
import { readConfig } from '@identity-events/shared/runtime/config';
import { createLogger } from '@identity-events/shared/runtime/logger';
import { runService } from '@identity-events/shared/runtime/run-service';
import { startWorker } from '../../services/worker/src/app.ts';
import { workerConfig } from '../../services/worker/src/config.ts';
import { type CrashPoint, crashSeams, parseCrashRules } from './crash-points.ts';

function die(point: CrashPoint): never {
  writeSync(1, `${JSON.stringify({ message: 'chaos.crash', point })}\n`);
  process.kill(process.pid, 'SIGKILL');
  // The signal has been delivered by now; this only keeps the promise of the type.
  throw new Error('unreachable');
}

await runService(process, () => {
  const config = readConfig(workerConfig, process.env);
  const logger = createLogger('worker', config.LOG_LEVEL);
  const rules = parseCrashRules(process.env['CRASH_AT'] ?? '');
  return {
    logger,
    shutdownDeadlineMs: config.SHUTDOWN_DEADLINE_MS,
    start: async (releases) => {
      const port = await startWorker({
        config,
        env: process.env,
        logger,
        releases,
        seams: crashSeams(rules, Math.random, die),
      });
      logger.info('worker.running', { healthHost: config.HEALTH_HOST, healthPort: port });
    },
  };
});
