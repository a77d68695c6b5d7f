import type { Redis } from 'ioredis';
import { redisPrefix } from '../contracts/capture-job.ts';
import { errorCode } from '../runtime/errors.ts';
import { fieldContext } from './capture-record.ts';
import { keys } from './keys.ts';
import { whileRedisIsUp } from './redis-errors.ts';
import { runScript, script } from './run-script.ts';
import { keyIdOf, type Sealer } from './seal.ts';

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
const replaceInHash = script(`
if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
return 1
`);

/** KEYS: string. ARGV: value that must stand there, new value. */
const replaceString = script(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'KEEPTTL')
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
  for (const kind of kinds) {
    const prefix = `${redisPrefix}:${kind}:`;
    let cursor = '0';
    do {
      const [next, found] = await whileRedisIsUp(() => redis.scan(cursor, 'MATCH', `${prefix}*`, 'COUNT', 500));
      for (const key of found) {
        const values = await readValues(redis, kind, key.slice(prefix.length));
        for (const value of values) done[await renew(value, sealer, dryRun)] += 1;
      }
      cursor = next;
      yield { ...done };
    } while (cursor !== '0');
  }
}

/** Keys that hold sealed values: records of version 1, tokens, fields of cards. */
const kinds = ['capture', 'user-token', 'identity'] as const;

/** A sealed value where it stands. */
interface SealedValue {
  readonly sealed: Buffer;
  readonly context: string;
  /** Puts another one there; 0 when it is not what was read any more. */
  readonly replace: (renewed: Buffer) => Promise<unknown>;
}

async function readValues(redis: Redis, kind: (typeof kinds)[number], captureId: string): Promise<SealedValue[]> {
  const record = keys.capture(captureId);
  const [tenant, userToken] = await whileRedisIsUp(() => redis.hmget(record, 'tenant', 'userToken'));
  if (!tenant) return [];
  const inHash = (hash: string, field: string, text: string, name: string): SealedValue => ({
    sealed: Buffer.from(text, 'base64'),
    context: fieldContext(tenant, captureId, name),
    replace: (renewed) => runScript(redis, replaceInHash, [hash], [field, text, renewed.toString('base64')]),
  });
  if (kind === 'capture') return userToken ? [inHash(record, 'userToken', userToken, 'userToken')] : [];
  if (kind === 'identity') {
    const card = keys.identity(captureId);
    const fields = Object.entries(await whileRedisIsUp(() => redis.hgetall(card)));
    return fields.map(([step, text]) => inHash(card, step, text, `identity:${step}`));
  }
  const token = keys.userToken(captureId);
  const sealed = await whileRedisIsUp(() => redis.getBuffer(token));
  if (!sealed) return [];
  const replace = (renewed: Buffer) => runScript(redis, replaceString, [token], [sealed, renewed]);
  return [{ sealed, context: fieldContext(tenant, captureId, 'userToken'), replace }];
}

async function renew(
  { sealed, context, replace }: SealedValue,
  sealer: Sealer,
  dryRun: boolean,
): Promise<keyof Reencrypted> {
  let plain: Buffer;
  try {
    plain = sealer.open(sealed, context);
  } catch (error) {
    if (errorCode(error) !== 'seal_broken') throw error;
    return 'broken';
  }
  const renewed = sealer.seal(plain, context);
  if (keyIdOf(sealed) === keyIdOf(renewed)) return 'current';
  if (dryRun || (await replace(renewed)) === 1) return 'renewed';
  return 'overtaken';
}
