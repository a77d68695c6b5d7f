import { once } from 'node:events';
import { join } from 'node:path';
import type { CommandContext } from './command.ts';
import { type Engines, startEngines } from './engines/start-engines.ts';
import { RUN } from './paths.ts';
import { freePort } from './processes/free-port.ts';
import { openRunFolder } from './processes/run-folder.ts';
import { type Keys, keepKeys, operatorPages } from './system/keys.ts';
import { showSamples } from './system/show-samples.ts';
import { type System, startSystem } from './system/start-system.ts';

const LOGS = join(RUN, 'logs');
const OPERATOR = 'operator';

/**
 * `npm start [-- --once]`: engines, sandbox, worker and API; submits the samples and shows their events. Then stays until
 * Ctrl-C; with `--once` it ends, with 0 only when every sample had its event.
 */
export async function start({ args, signal, print }: CommandContext): Promise<number> {
  const folder = openRunFolder(RUN, 'start');
  const keys = keepKeys(join(RUN, 'keys.json'));
  await using undo = new AsyncDisposableStack();
  undo.defer(() => folder.remove());

  const engines = await startEngines({ dataDir: folder.path, log: print, signal });
  undo.defer(() => engines.stop());
  const { redisUrl, kafkaBrokers } = engines;
  const opsPort = await freePort();
  // On this machine the key of the client opens the operators' pages as well.
  const env = { api: operatorPages(opsPort, OPERATOR, keys.apiKey) };
  const system = await startSystem({ redisUrl, kafkaBrokers, keys, env, dataDir: folder.path, logDir: LOGS, signal });
  undo.defer(() => system.stop());
  print(`sandbox at ${system.sandboxUrl}, worker at ${system.workerUrl}, API at ${system.apiUrl}; logs in ${LOGS}\n`);

  const crash = firstCrash(engines, system);
  const show = showSamples({ apiUrl: system.apiUrl, apiKey: keys.apiKey, kafkaBrokers, print, signal });
  show.catch(() => undefined); // Told below, unless a crash is the better news.
  const shown = await Promise.race([show, crash]);
  if (typeof shown === 'string') return failWith(shown, print);
  if (args.includes('--once')) return shown ? 0 : 1;

  print(whatToOpen(system, engines, keys, opsPort));
  const end = await Promise.race([crash, signal.aborted ? '' : once(signal, 'abort').then(() => '')]);
  return end ? failWith(end, print) : 0;
}

function firstCrash({ redis, kafka }: Engines, { parts }: System): Promise<string> {
  return Promise.race([redis, kafka, ...Object.values(parts)].map((one) => one.crashed()));
}

function failWith(sentence: string, print: (line: string) => void): number {
  print(sentence);
  return 1;
}

function whatToOpen(
  { apiUrl, workerUrl, sandboxUrl }: System,
  { redisUrl, kafkaBrokers }: Engines,
  { apiKey }: Keys,
  opsPort: number,
): string {
  return `
API      ${apiUrl}/docs
status   http://127.0.0.1:${opsPort}/ops/   log in as ${OPERATOR}, with the key below
worker   ${workerUrl}/readyz
sandbox  ${sandboxUrl}
Redis    ${redisUrl}
Kafka    ${kafkaBrokers}   topics identity.verified, identity.captured, identity.failed

curl -i ${apiUrl}/v1/captures \\
  -H 'Authorization: Bearer ${apiKey}' -H "Idempotency-Key: $(date +%s%N)" -H 'Content-Type: application/json' \\
  -d '{"kind":"link","subject":"me","transactionId":"00000000-0000-4000-8000-000000000000","userToken":"sandbox-user-me"}'

For the guides, the SDK and the command line:
export IDENTITY_EVENTS_URL=${apiUrl} IDENTITY_EVENTS_KEY=${apiKey}
export API_URL=${apiUrl} API_KEY=${apiKey} KAFKA_BROKERS=${kafkaBrokers}

Ctrl-C ends everything.`;
}
