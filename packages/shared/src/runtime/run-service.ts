import { once } from 'node:events';
import { AppError } from './errors.ts';
import { createLifecycle, type Releases } from './lifecycle.ts';
import { type AdjustableLogger, bugFields } from './logger.ts';

/** The parts of `process` that a service touches. */
export type HostProcess = Pick<NodeJS.Process, 'once' | 'on' | 'exit' | 'stderr'>;

/** A service as its `main.ts` names it. */
export interface Service {
  readonly logger: AdjustableLogger;
  readonly shutdownDeadlineMs: number;
  /** Starts everything and registers each release where its resource is acquired. */
  start(releases: Releases): Promise<void>;
}

/**
 * Runs a service until SIGTERM or SIGINT, then stops it within its deadline. SIGUSR2 turns debug lines on, and off again.
 *
 * Exit codes: 0 stopped whole, 1 did not stop in time, 2 did not start, 70 a bug (an unhandled rejection or exception).
 */
export async function runService(host: HostProcess, describe: () => Service): Promise<void> {
  let service: Service;
  try {
    service = describe();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    host.stderr.write(`${error.message}\n`);
    return host.exit(2);
  }
  const { logger, shutdownDeadlineMs } = service;
  const lifecycle = createLifecycle(logger);
  host.on('SIGUSR2', () => logger.toggleDebug());
  const crash = (error: unknown): void => {
    logger.error('service.crashed', bugFields(error));
    host.exit(70);
  };
  host.on('uncaughtException', crash);
  host.on('unhandledRejection', crash);
  const stopSignal = Promise.race([once(host as NodeJS.Process, 'SIGTERM'), once(host as NodeJS.Process, 'SIGINT')]);

  try {
    // A start that hangs must not keep a signal waiting.
    await Promise.race([service.start(lifecycle), stopSignal]);
  } catch (error) {
    const fields = error instanceof AppError ? { code: error.code, problem: error.message } : bugFields(error);
    logger.error('service.start_failed', fields);
    await lifecycle.stop(shutdownDeadlineMs);
    return host.exit(2);
  }
  await stopSignal;
  logger.info('service.stopping');
  const clean = await lifecycle.stop(shutdownDeadlineMs);
  logger.info('service.stopped', { clean });
  host.exit(clean ? 0 : 1);
}
