/** `npm run measure:durability`: what accepting costs under each of Redis' ways of flushing, about a minute. */
import process from 'node:process';
import { withEngines } from '../support/with-engines.ts';
import { flushings, measureAccepting } from './measure-accepting.ts';

await withEngines('measure-durability', async () => {
  const measured = await measureAccepting({ rounds: 7, roundMs: 3_000, clients: 16 });
  for (const flushing of flushings) {
    const { acceptedPerSecond, medianMs, p99Ms } = measured[flushing];
    process.stdout.write(
      `appendfsync ${flushing}: accepted/s=${Math.round(acceptedPerSecond)} median=${medianMs.toFixed(1)} ms p99=${p99Ms.toFixed(1)} ms\n`,
    );
  }
  return true;
});
