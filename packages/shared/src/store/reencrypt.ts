import type { Redis } from 'ioredis';
import { redisPrefix } from '../contracts/capture-job.ts';
import { errorCode } from '../runtime/errors.ts';
import { fieldContext } from './capture-record.ts';
import { keys } from './keys.ts';
import { whileRedisIsUp } from './redis-errors.ts';
import { runScript, script } from './run-script.ts';
import { keyIdOf, openText, type Sealer, sealText } from './seal.ts';

/** What became of the sealed values of Redis. */
export interface Reencrypted {
  /** Values that stand under the key that seals, now or before. */
  current: number;
  /** Values that stood under another key and were sealed anew; in a dry run, that would be. */
  renewed: number;
  /** Values that changed or went meanwhile: whoever wrote them sealed them. */
  overtaken: number;
  /** Values that can't be opened: their key is not in the ring. */
  broken: number;
}

/** KEYS: hash. ARGV: field, value that must stand there, new value. HSET leaves the expiry alone. */
const replaceScript = script(`
if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
return 1
`);

/**
 * Seals anew, under the first key of the ring, what stands in Redis under another: end users' tokens and fields of cards.
 *
 * Services may run meanwhile; a value that they change is left to them. May be stopped and run again at any time: what is
 * done is passed over. Looks at 500 keys at a time, and tells how far it is after each. Throws
 * `AppError('redis_unavailable')`.
 */
export async function* reencrypt(redis: Redis, sealer: Sealer, dryRun: boolean): AsyncGenerator<Readonly<Reencrypted>> {
  const done: Reencrypted = { current: 0, renewed: 0, overtaken: 0, broken: 0 };
  for (const kind of ['capture', 'identity'] as const) {
    const prefix = `${redisPrefix}:${kind}:`;
    let cursor = '0';
    do {
      const [next, found] = await whileRedisIsUp(() => redis.scan(cursor, 'MATCH', `${prefix}*`, 'COUNT', 500));
      for (const key of found) await renewKey({ redis, sealer, dryRun, done }, kind, key.slice(prefix.length));
      cursor = next;
      yield { ...done };
    } while (cursor !== '0');
  }
}

interface Renewal {
  readonly redis: Redis;
  readonly sealer: Sealer;
  readonly dryRun: boolean;
  readonly done: Reencrypted;
}

async function renewKey(renewal: Renewal, kind: 'capture' | 'identity', captureId: string): Promise<void> {
  const { redis } = renewal;
  const record = keys.capture(captureId);
  const [tenant, userToken] = await whileRedisIsUp(() => redis.hmget(record, 'tenant', 'userToken'));
  if (!tenant) return;
  const contextOf = (field: string): string => fieldContext(tenant, captureId, field);
  if (kind === 'capture') {
    if (userToken) await renewValue(renewal, record, 'userToken', userToken, contextOf('userToken'));
    return;
  }
  const card = keys.identity(captureId);
  for (const [step, sealed] of Object.entries(await whileRedisIsUp(() => redis.hgetall(card)))) {
    await renewValue(renewal, card, step, sealed, contextOf(`identity:${step}`));
  }
}

async function renewValue(
  { redis, sealer, dryRun, done }: Renewal,
  key: string,
  field: string,
  sealed: string,
  context: string,
): Promise<void> {
  let plain: string;
  try {
    plain = openText(sealer, sealed, context);
  } catch (error) {
    if (errorCode(error) !== 'seal_broken') throw error;
    done.broken += 1;
    return;
  }
  const renewed = sealText(sealer, plain, context);
  if (keyIdOf(Buffer.from(sealed, 'base64')) === keyIdOf(Buffer.from(renewed, 'base64'))) done.current += 1;
  else if (dryRun) done.renewed += 1;
  else if ((await runScript(redis, replaceScript, [key], [field, sealed, renewed])) === 1) done.renewed += 1;
  else done.overtaken += 1;
}
