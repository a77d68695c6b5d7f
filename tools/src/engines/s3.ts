import { mkdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '../processes/free-port.ts';
import { type Engine, processEngine } from './engine.ts';
import { fetchRclone } from './rclone.ts';
import type { EngineOptions } from './redis.ts';

const READY_WITHIN_MS = 30_000;
const [KEY_ID, SECRET, BUCKET] = ['test', 'test-secret', 'images'];

/**
 * An S3-compatible store of our own on a free loopback port, not yet started: rclone on a folder, which checks signatures. Its
 * address is `http://<key id>:<secret>@<host>/<bucket>`.
 */
export async function createS3({ dataDir, log }: EngineOptions): Promise<Engine> {
  const folder = join(dataDir, 's3');
  mkdirSync(join(folder, BUCKET), { recursive: true });
  const port = await freePort();
  const command = await fetchRclone(log);
  const place = ['serve', 's3', folder, '--addr', `127.0.0.1:${port}`, '--auth-key', `${KEY_ID},${SECRET}`];
  // Without a look-up of what is there, for nothing else writes to the folder; and no configuration of this machine's.
  const flags = ['--dir-cache-time', '24h', '--poll-interval', '0', '--config', '/dev/null'];
  return processEngine({
    name: 'S3',
    address: `http://${KEY_ID}:${SECRET}@127.0.0.1:${port}/${BUCKET}`,
    runsAs: 'rclone serve s3',
    process: { command, args: [...place, ...flags], logFile: join(dataDir, 's3.log') },
    isReady: () => refusesStrangers(port),
    readyWithinMs: READY_WITHIN_MS,
    discard: () => rm(folder, { recursive: true, force: true }),
  });
}

/** True once it answers; it refuses what is not signed. */
async function refusesStrangers(port: number): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(1_000) }).then(
    ({ status }) => status === 400 || status === 403,
    () => false,
  );
}
