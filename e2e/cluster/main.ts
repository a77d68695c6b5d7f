/** `npm run e2e:cluster`: the system on a Redis Cluster and three brokers, machines lost under load. Ends 0 when nothing was. */
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { toLine } from '../chaos/check-run.ts';
import { openClusterSystem } from './cluster-system.ts';
import { runCluster } from './run-cluster.ts';

const withinMs = 540_000;
const print = (line: string): void => void process.stdout.write(`${line}\n`);

const system = await openClusterSystem(print);
try {
  const late = delay(withinMs, undefined, { ref: false }).then((): never => {
    throw new Error(`not done within ${withinMs / 1_000} s`);
  });
  const { check, figures, story } = await Promise.race([runCluster(system), late]);
  for (const line of figures) print(line);
  for (const fault of check.faults) print(`FAULT ${fault}`);
  if (check.faults.length > 0) print(story);
  print(toLine(check));
  process.exitCode = check.faults.length === 0 ? 0 : 1;
} catch (error) {
  print(error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.exitCode = 1;
} finally {
  await system.close();
}
// Clients of engines that are gone may still wait for them.
process.exit();
