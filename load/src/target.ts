import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Window } from '@identity-events/shared/contracts/windows';
import { windows as parseWindows } from '@identity-events/shared/contracts/windows';
import { startEngines } from '@identity-events/tools/engines/start-engines';
import { ROOT, RUN } from '@identity-events/tools/paths';
import { openRunFolder } from '@identity-events/tools/processes/run-folder';
import { startSystem, TENANT } from '@identity-events/tools/system/start-system';
import type { Door } from './doors/door.ts';
import { openHttpDoor } from './doors/http-door.ts';
import { openQueueDoor } from './doors/queue-door.ts';
import { type HotFunction, hottestFunctions } from './measure/cpu-profile.ts';
import type { Profile } from './profile.ts';

/** A system under load. */
export interface Target extends AsyncDisposable {
  /** For people: an address, or what was started. */
  readonly name: string;
  readonly door: Door;
  readonly brokers: string;
  /** Where Redis may be looked at. */
  readonly redis?: { readonly url: string; readonly tenant: string; readonly windows: readonly Window[] } | undefined;
  readonly processes: Readonly<Record<string, number>>;
  /** Ends what was started and tells in which functions it spent its time, if that was asked for. */
  finish(): Promise<Record<string, HotFunction[]>>;
}

/** Where a deployment is, as the command line tells. */
export interface Deployment {
  readonly url: string;
  readonly apiKey: string;
  readonly brokers: string;
  readonly redisUrl?: string | undefined;
  readonly tenant: string;
  readonly windows: string;
  /** For the queue door only: the key ring and image folder of the system. */
  readonly encryptionKeys?: string | undefined;
  readonly storeDir?: string | undefined;
}

const connections = 256;
const timeoutMs = 30_000;

/** A system that runs somewhere already; nothing of it is started or stopped. */
export function openDeployment(deployment: Deployment, { door: kind }: Profile): Target {
  const { url, apiKey, brokers, redisUrl, tenant } = deployment;
  const door = kind === 'queue' ? queueDoorOf(deployment) : openHttpDoor({ url, apiKey, connections, timeoutMs });
  return {
    name: url,
    door,
    brokers,
    redis: redisUrl ? { url: redisUrl, tenant, windows: parseWindows.parse(deployment.windows) } : undefined,
    processes: {},
    finish: async () => ({}),
    [Symbol.asyncDispose]: () => door.close(),
  };
}

function queueDoorOf({ redisUrl, encryptionKeys, storeDir, tenant, windows }: Deployment): Door {
  if (!redisUrl || !encryptionKeys || !storeDir) {
    throw new Error(
      'Past HTTP into the queue needs --redis, and ENCRYPTION_KEYS and CAPTURE_STORE_DIR as the workers have them.',
    );
  }
  return openQueueDoor({ redisUrl, encryptionKeys, storeDir, tenant, windows });
}

export interface LocalOptions {
  /** `dist` runs what images run, and must have been built; `source` the files as they are. */
  readonly from: 'dist' | 'source';
  readonly cpuProfile: boolean;
  readonly log: (line: string) => void;
  readonly signal?: AbortSignal;
}

/** Engines, sandbox, API and workers of our own, on this machine. */
export async function startLocalTarget({ system, door: kind }: Profile, options: LocalOptions): Promise<Target> {
  await using undo = new AsyncDisposableStack();
  const folder = openRunFolder(RUN, 'load');
  undo.defer(() => folder.remove());
  const { log, signal, from, cpuProfile } = options;
  const engines = await startEngines({ dataDir: folder.path, log, ...(signal && { signal }) });
  undo.defer(() => engines.stop());
  const { redisUrl, kafkaBrokers: brokers } = engines;
  const keys = {
    encryptionKeys: `load:${randomBytes(32).toString('base64')}`,
    apiKey: randomBytes(24).toString('base64url'),
  };
  const profileDirs = { api: join(RUN, 'load-cpu', 'api'), worker: join(RUN, 'load-cpu', 'worker') };
  for (const dir of Object.values(profileDirs)) await rm(dir, { recursive: true, force: true });
  const running = await startSystem({
    redisUrl,
    kafkaBrokers: brokers,
    keys,
    from,
    dataDir: folder.path,
    logDir: join(folder.path, 'logs'),
    env: envOf(system),
    nodeArgs: cpuProfile ? { api: profiled(profileDirs.api), worker: profiled(profileDirs.worker) } : {},
    ...(signal && { signal }),
  });
  undo.defer(() => running.stop());
  const processes: Record<string, number> = { api: running.parts.api.pid, worker: running.parts.worker.pid };
  for (let n = 2; n <= system.workers; n += 1) processes[`worker ${n}`] = (await running.addWorker()).pid;
  processes['sandbox'] = running.parts.sandbox.pid;
  for (const engine of [engines.redis, engines.kafka]) if (engine.pid()) processes[engine.name] = engine.pid() ?? 0;

  const { windows } = system;
  const storeDir = running.storeDir;
  const door =
    kind === 'queue'
      ? openQueueDoor({ redisUrl, encryptionKeys: keys.encryptionKeys, storeDir, tenant: TENANT, windows })
      : openHttpDoor({ url: running.apiUrl, apiKey: keys.apiKey, connections, timeoutMs });
  undo.defer(() => door.close());
  const owned = undo.move();
  return {
    name: `this machine, ${system.workers === 1 ? 'one worker' : `${system.workers} workers`}`,
    door,
    brokers,
    redis: { url: redisUrl, tenant: TENANT, windows: parseWindows.parse(windows) },
    processes,
    async finish() {
      await running.stop();
      if (!cpuProfile) return {};
      return Object.fromEntries(Object.entries(profileDirs).map(([name, dir]) => [name, hottestFunctions(dir, ROOT)]));
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function envOf({ windows, providerLatency }: Profile['system']) {
  const budget = { VLENS_WINDOWS: windows };
  return { sandbox: { RATE_WINDOWS: windows, LATENCY: providerLatency }, worker: budget, api: budget };
}

function profiled(dir: string): string[] {
  return ['--cpu-prof', `--cpu-prof-dir=${dir}`];
}
