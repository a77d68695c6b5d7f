import { existsSync, readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { COMPILED, FROM_SOURCE } from '../paths.ts';
import { freePort } from '../processes/free-port.ts';
import { apiClient, type Keys } from './keys.ts';
import { answersOk, type Part, type PartSpec, startPart } from './part.ts';

const HOST = '127.0.0.1';
/** Whose captures a system started here takes. */
export const TENANT = 'demo';
const SANDBOX_API_KEY = 'sandbox-api-key';

/** What a system needs to run. */
export type SystemOptions = {
  readonly redisUrl: string;
  readonly kafkaBrokers: string;
  readonly keys: Keys;
  /** Holds the images. */
  readonly dataDir: string;
  readonly logDir: string;
  /** Added to the environment of a part, over the defaults. */
  readonly env?: Readonly<Partial<Record<PartName, Readonly<Record<string, string>>>>>;
  /** `source` (the default) runs the TypeScript as it is, `dist` what `npm run build` made of it, as images do. */
  readonly from?: 'source' | 'dist';
  /** Options for the Node of a part, such as those of its profiler. */
  readonly nodeArgs?: Readonly<Partial<Record<PartName, readonly string[]>>>;
  readonly signal?: AbortSignal;
};

/** The processes that make a system. */
export type PartName = 'sandbox' | 'worker' | 'api';

/** Sandbox, worker and API, running and ready. */
export type System = {
  readonly apiUrl: string;
  readonly workerUrl: string;
  readonly sandboxUrl: string;
  /** The folder of the images. */
  readonly storeDir: string;
  readonly parts: Readonly<Record<PartName, Part>>;
  /** How each part is started, for tests that start more of them. */
  readonly specs: Readonly<Record<PartName, PartSpec>>;
  /** Starts one more worker; resolves once it is ready. */
  addWorker(): Promise<Part>;
  /** Starts a part that has ended again, with the same settings and address; resolves once it is ready. */
  restart(name: 'worker' | 'api'): Promise<void>;
  /** Ends all parts in good order; those that ended before are no hindrance. */
  stop(): Promise<void>;
};

/**
 * Starts sandbox, worker and API from source on free loopback ports; resolves once all are ready.
 *
 * @throws Error with the end of the log of the part that did not come up; then nothing is left running.
 */
export async function startSystem(options: SystemOptions): Promise<System> {
  const storeDir = join(options.dataDir, 'captures');
  await mkdir(storeDir, { recursive: true });
  const ports = { api: await freePort(), worker: await freePort() };
  const apiUrl = `http://${HOST}:${ports.api}`;
  const workerUrl = `http://${HOST}:${ports.worker}`;
  const running: Part[] = [];
  const start = async (spec: PartSpec, isReady: () => Promise<boolean>): Promise<Part> => {
    const part = await startPart(spec, isReady, options.signal);
    running.push(part);
    return part;
  };
  const stop = async (): Promise<void> => void (await Promise.all(running.map((part) => part.stop())));

  try {
    const sandboxLog = join(options.logDir, 'sandbox.log');
    const specs = (sandboxUrl: string): Record<PartName, PartSpec> =>
      partSpecs(options, { ...ports, sandboxUrl, storeDir });
    const sandbox = await start(specs('').sandbox, async () => readUrl(sandboxLog) !== undefined);
    const sandboxUrl = readUrl(sandboxLog) ?? '';
    const [worker, api] = await allOrError([
      start(specs(sandboxUrl).worker, () => answersOk(`${workerUrl}/readyz`)),
      start(specs(sandboxUrl).api, () => answersOk(`${apiUrl}/readyz`)),
    ]);
    const parts = { sandbox, worker, api };
    const restart = async (name: 'worker' | 'api'): Promise<void> => {
      const url = name === 'worker' ? workerUrl : apiUrl;
      parts[name] = await start(specs(sandboxUrl)[name], () => answersOk(`${url}/readyz`));
    };
    const addWorker = async (): Promise<Part> => {
      const port = await freePort();
      const { env, logFile, ...spec } = specs(sandboxUrl).worker;
      const own = { env: { ...env, HEALTH_PORT: String(port) }, logFile: logFile.replace('.log', `-${port}.log`) };
      return start({ ...spec, ...own }, () => answersOk(`http://${HOST}:${port}/readyz`));
    };
    return { apiUrl, workerUrl, sandboxUrl, storeDir, parts, specs: specs(sandboxUrl), addWorker, restart, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

type Places = { readonly api: number; readonly worker: number; readonly sandboxUrl: string; readonly storeDir: string };

/** The environment of every part, in one place. */
function partSpecs(
  { redisUrl, kafkaBrokers, keys, logDir, env, from = 'source', nodeArgs }: SystemOptions,
  places: Places,
): Record<PartName, PartSpec> {
  const common = {
    REDIS_URL: redisUrl,
    CAPTURE_STORE_DIR: places.storeDir,
    ENCRYPTION_KEYS: keys.encryptionKeys,
    TENANT_ID: TENANT,
    LOG_LEVEL: 'info',
  };
  const sandbox = { HOST, PORT: '0', API_KEYS: SANDBOX_API_KEY };
  const worker = {
    ...common,
    HEALTH_HOST: HOST,
    HEALTH_PORT: String(places.worker),
    KAFKA_BROKERS: kafkaBrokers,
    PUBLIC_URL: `http://${HOST}:${places.api}`,
    VLENS_BASE_URL: places.sandboxUrl,
    VLENS_API_KEY: SANDBOX_API_KEY,
  };
  const api = {
    ...common,
    HOST,
    PORT: String(places.api),
    API_CLIENTS: apiClient('local', keys.apiKey),
    VLENS_BASE_URL: places.sandboxUrl,
    VLENS_API_KEY: SANDBOX_API_KEY,
    // The sandbox knows every account.
    VLENS_TENANCY_NAME: TENANT,
    VLENS_ADMIN_USER: 'service',
    VLENS_ADMIN_PASSWORD: 'local',
  };
  const spec = (name: PartName, folder: string, own: Readonly<Record<string, string>>): PartSpec => ({
    name,
    ...(from === 'source'
      ? { entry: `${folder}/src/main.ts`, nodeArgs: [FROM_SOURCE, ...(nodeArgs?.[name] ?? [])] }
      : { entry: `${folder}/dist/main.js`, nodeArgs: nodeArgs?.[name] ?? [] }),
    env: {
      ...(from === 'dist' ? { NODE_ENV: 'production' } : { NODE_COMPILE_CACHE: COMPILED }),
      ...own,
      ...env?.[name],
    },
    logFile: join(logDir, `${name}.log`),
  });
  return {
    sandbox: spec('sandbox', 'packages/vlens-sandbox', sandbox),
    worker: spec('worker', 'services/worker', worker),
    api: spec('api', 'services/api', api),
  };
}

/** The sandbox takes a free port by itself and says where it listens in a line of JSON. */
function readUrl(logFile: string): string | undefined {
  return existsSync(logFile) ? /"url":"([^"]+)"/.exec(readFileSync(logFile, 'utf8'))?.[1] : undefined;
}

/** Like Promise.all, but an error is thrown only once every start has ended one way or the other. */
async function allOrError<T>(starts: readonly [Promise<T>, Promise<T>]): Promise<[T, T]> {
  await Promise.allSettled(starts);
  return Promise.all(starts);
}
