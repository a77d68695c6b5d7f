import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { COMPILED, ROOT } from '@identity-events/tools/paths';
import { freePort } from '@identity-events/tools/processes/free-port';
import { type ManagedProcess, type ProcessExit, startProcess } from '@identity-events/tools/processes/process';
import { answersOk, type PartSpec } from '@identity-events/tools/system/part';

const CRASHING_WORKER = 'e2e/chaos/crashing-worker.ts';

export interface FleetOptions {
  /** How the system's own worker is started; the fleet's differ by entry, port and environment. */
  readonly worker: PartSpec;
  readonly size: number;
  readonly env?: Readonly<Record<string, string>>;
  /** Added to the environment of one worker, by its number. */
  readonly envOf?: (worker: number) => Readonly<Record<string, string>>;
}

/** How a worker that was asked to stop ended, and how long that took. */
export interface Stopped extends ProcessExit {
  readonly seconds: number;
}

/** Workers that are started again whenever they die. */
export interface Fleet {
  /** Addresses of the workers' health endpoints. */
  readonly urls: readonly string[];
  /** Files that hold what they said, through all their lives. */
  readonly logFiles: readonly string[];
  /** Workers that ended by SIGKILL so far, and those that ended by themselves in any other way. */
  readonly kills: number;
  readonly odd: readonly string[];
  /** Kills by crash point; those from outside are `random`. */
  killsByPoint(): Record<string, number>;
  /** Kills any one of the workers that run. */
  killAny(): Promise<void>;
  /** Resolves once every worker's `/readyz` answers 200. */
  ready(): Promise<void>;
  /** Stops one worker by SIGTERM; resolves once its successor is ready. */
  roll(worker: number): Promise<Stopped>;
  /** Stops them all for good, by SIGTERM. */
  stop(): Promise<readonly Stopped[]>;
}

/** Starts the workers; resolves once all run, which is before they are ready. */
export async function startFleet(options: FleetOptions): Promise<Fleet> {
  const tally = { kills: 0, odd: [] as string[] };
  const slots = await Promise.all(Array.from({ length: options.size }, (_, n) => openSlot(options, n, tally)));
  return {
    urls: slots.map(({ url }) => url),
    logFiles: slots.map(({ logFile }) => logFile),
    get kills() {
      return tally.kills;
    },
    odd: tally.odd,
    killsByPoint: () => countPoints(slots, tally.kills),
    killAny: async () => slots[randomInt(slots.length)]?.kill(),
    ready: async () => void (await Promise.all(slots.map((slot) => slot.ready()))),
    async roll(worker) {
      const slot = slots[worker] as Slot;
      const stopped = await slot.stop();
      await slot.start();
      await slot.ready();
      return stopped;
    },
    stop: () => Promise.all(slots.map((slot) => slot.stop())),
  };
}

interface Slot {
  readonly url: string;
  readonly logFile: string;
  start(): Promise<void>;
  ready(): Promise<void>;
  kill(): Promise<void>;
  stop(): Promise<Stopped>;
}

async function openSlot(options: FleetOptions, n: number, tally: { kills: number; odd: string[] }): Promise<Slot> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const logFile = join(dirname(options.worker.logFile), `worker-${n}.log`);
  const env = { ...options.worker.env, ...options.env, ...options.envOf?.(n), HEALTH_PORT: String(port) };
  const slot = { stopping: false, running: undefined as ManagedProcess | undefined };

  async function start(): Promise<void> {
    slot.stopping = false;
    const running = await startWorkerProcess(`worker-${n}`, logFile, env);
    slot.running = running;
    void running.exited.then(({ code, signal }) => {
      if (signal === 'SIGKILL') tally.kills += 1;
      if (slot.stopping) return undefined;
      if (signal !== 'SIGKILL') tally.odd.push(`worker-${n} ended by itself (${signal ?? `code ${code}`})`);
      return start();
    });
  }

  await start();
  return {
    url,
    logFile,
    start,
    kill: async () => void (await slot.running?.kill()),
    async ready() {
      const deadline = Date.now() + 30_000;
      while (!(await answersOk(`${url}/readyz`))) {
        if (Date.now() > deadline) throw new Error(`worker-${n} was not ready within 30 s; its log is ${logFile}`);
      }
    },
    async stop() {
      slot.stopping = true;
      const begun = Date.now();
      const exit = (await slot.running?.stop()) ?? { code: 0, signal: null };
      return { ...exit, seconds: (Date.now() - begun) / 1_000 };
    },
  };
}

function startWorkerProcess(name: string, logFile: string, env: Record<string, string>): Promise<ManagedProcess> {
  return startProcess({
    name,
    command: process.execPath,
    args: ['--conditions=source', join(ROOT, CRASHING_WORKER)],
    cwd: ROOT,
    logFile,
    graceMs: 20_000,
    env: {
      PATH: process.env['PATH'] ?? '',
      // Many short lives: what was compiled once is not compiled again.
      NODE_COMPILE_CACHE: COMPILED,
      LOG_LEVEL: 'info',
      ...env,
    },
  });
}

/** What the workers said of their deaths; the others did not see them coming. */
function countPoints(slots: readonly Slot[], kills: number): Record<string, number> {
  const points: Record<string, number> = {};
  for (const { logFile } of slots) {
    for (const [, point = ''] of readFileSync(logFile, 'utf8').matchAll(/"chaos\.crash","point":"(\w+)"/g)) {
      points[point] = (points[point] ?? 0) + 1;
    }
  }
  const told = Object.values(points).reduce((sum, count) => sum + count, 0);
  return { ...points, random: kills - told };
}
