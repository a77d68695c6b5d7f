import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fetchSchemathesis } from '@identity-events/tools/engines/schemathesis';
import { startProcess } from '@identity-events/tools/processes/process';

const config = join(import.meta.dirname, 'schemathesis.toml');

/** An API to send to, and how much. */
export interface FuzzOptions {
  readonly apiUrl: string;
  readonly apiKey: string;
  readonly webhookSecret?: string;
  /** Further options of Schemathesis. */
  readonly args: readonly string[];
}

/** What became of a run. */
export interface FuzzRun {
  /** False when an answer was not as the document says, a server error, or given to somebody without a key. */
  readonly ok: boolean;
  /** What Schemathesis says of it. */
  readonly text: string;
}

/** Sends requests made from the OpenAPI document that the API serves, valid ones and others, and holds each answer to it. */
export async function fuzzRoutes({ apiUrl, apiKey, webhookSecret = '', args }: FuzzOptions): Promise<FuzzRun> {
  const [python, ...script] = await fetchSchemathesis(() => undefined);
  // It keeps notes where it runs.
  const cwd = await mkdtemp(join(tmpdir(), 'fuzz-routes-'));
  try {
    const logFile = join(cwd, 'out.txt');
    const { exited } = await startProcess({
      name: 'Schemathesis',
      command: python,
      args: [...script, '--no-color', '--config-file', config, 'run', `${apiUrl}/openapi.json`, ...args],
      cwd,
      env: { ...process.env, FUZZ_API_KEY: apiKey, FUZZ_WEBHOOK_SECRET: webhookSecret, PYTHONUTF8: '1' },
      logFile,
    });
    const { code } = await exited;
    return { ok: code === 0, text: await readFile(logFile, 'utf8') };
  } finally {
    await rm(cwd, { recursive: true, force: true });
  }
}
