import { join } from 'node:path';
import { createRedis } from '@identity-events/tools/engines/redis';
import { freePort } from '@identity-events/tools/processes/free-port';
import { answersOk, startPart } from '@identity-events/tools/system/part';
import { Redis } from 'ioredis';
import type { Stage } from './stage.ts';

/** Another API of ours over a Redis of its own, so that a state of Redis can be held against another one in turns. */
export interface SecondApi extends AsyncDisposable {
  readonly url: string;
  readonly redis: Redis;
}

/** Starts both; resolves once the API is ready. */
export async function startSecondApi({ ours: { apiSpec }, dataDir }: Stage): Promise<SecondApi> {
  await using undo = new AsyncDisposableStack();
  const engine = await createRedis({ dataDir: join(dataDir, 'second'), log: () => undefined });
  undo.defer(() => engine.discard());
  await engine.start();
  const port = String(await freePort());
  const url = `http://127.0.0.1:${port}`;
  const env = { ...apiSpec.env, PORT: port, REDIS_URL: engine.address };
  const logFile = join(dataDir, 'logs', 'second-api.log');
  const part = await startPart({ ...apiSpec, env, logFile }, () => answersOk(`${url}/readyz`));
  undo.defer(async () => void (await part.stop()));
  const redis = new Redis(engine.address, { maxRetriesPerRequest: null, protocol: 2 });
  undo.defer(async () => redis.disconnect());
  const owned = undo.move();
  return { url, redis, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}
