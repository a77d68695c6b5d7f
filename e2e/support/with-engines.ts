import process from 'node:process';
import { startEngines } from '@identity-events/tools/engines/start-engines';
import { RUN } from '@identity-events/tools/paths';
import { openRunFolder } from '@identity-events/tools/processes/run-folder';

/**
 * Runs something on Redis and Kafka, started for it unless the environment names them, and ends the process: 0 when it
 * resolves to true, 1 otherwise, 130 or 143 when a signal came first. Nothing is left behind.
 */
export async function withEngines(name: string, run: () => Promise<boolean>): Promise<void> {
  const stopping = new AbortController();
  const stop = (code: number) => (): void => {
    process.exitCode ??= code;
    stopping.abort(new Error('stopped'));
  };
  process.once('SIGINT', stop(130)).once('SIGTERM', stop(143));
  const folder = openRunFolder(RUN, name);
  const { signal } = stopping;
  const engines = await startEngines({ dataDir: folder.path, log: print, signal });
  process.env['REDIS_URL'] = engines.redisUrl;
  process.env['KAFKA_BROKERS'] = engines.kafkaBrokers;
  try {
    const aborted = new Promise<never>((_, reject) =>
      signal.addEventListener('abort', () => reject(signal.reason as Error)),
    );
    const ok = await Promise.race([run(), aborted]);
    process.exitCode ??= ok ? 0 : 1;
  } catch (error) {
    process.exitCode ??= 1;
    print(error instanceof Error ? (error.stack ?? error.message) : String(error));
  } finally {
    await engines.stop();
    folder.remove();
  }
  process.exit();
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
