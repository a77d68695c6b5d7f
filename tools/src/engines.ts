import { once } from 'node:events';
import type { CommandContext } from './command.ts';
import { RUN } from './paths.ts';
import { openRunFolder } from './processes/run-folder.ts';
import { startTestEngines } from './test/start-test-engines.ts';

/** `npm run engines`: Redis, Kafka and an S3 store until Ctrl-C, with the lines to export for tests run by hand. */
export async function engines({ signal, print }: CommandContext): Promise<number> {
  const folder = openRunFolder(RUN, 'engines');
  // Engines that were given are no children of ours: nothing else keeps this process until Ctrl-C.
  const stay = setInterval(() => undefined, 60_000);
  try {
    const running = await startTestEngines({ dataDir: folder.path, log: print, signal });
    const exports = Object.entries(running.env).map(([name, value]) => `export ${name}=${value}\n`);
    print(`\n${exports.join('')}\nCtrl-C ends them.`);
    const crash = await Promise.race([
      ...running.all.map((engine) => engine.crashed()),
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
