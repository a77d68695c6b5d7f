import { once } from 'node:events';
import type { CommandContext } from './command.ts';
import { startEngines } from './engines/start-engines.ts';
import { RUN } from './paths.ts';
import { openRunFolder } from './processes/run-folder.ts';

/** `npm run engines`: Redis and Kafka until Ctrl-C, with the lines to export for tests run by hand. */
export async function engines({ signal, print }: CommandContext): Promise<number> {
  const folder = openRunFolder(RUN, 'engines');
  // Engines that were given are no children of ours: nothing else keeps this process until Ctrl-C.
  const stay = setInterval(() => undefined, 60_000);
  try {
    const running = await startEngines({ dataDir: folder.path, log: print, signal });
    print(`\nexport REDIS_URL=${running.redisUrl}\nexport KAFKA_BROKERS=${running.kafkaBrokers}\n\nCtrl-C ends them.`);
    const crash = await Promise.race([
      running.redis.crashed(),
      running.kafka.crashed(),
      signal.aborted ? undefined : once(signal, 'abort').then(() => undefined),
    ]);
    if (crash) print(crash);
    await running.stop();
    return crash ? 1 : 0;
  } finally {
    clearInterval(stay);
    folder.remove();
  }
}
