import { Redis } from 'ioredis';
import { readRedisTls, variables } from '../settings.ts';
import type { Terminal } from '../terminal.ts';
import { type Finding, fault, note, ok, skipped } from './finding.ts';

const timeoutMs = 5_000;

/** Whether Redis keeps what it is given, as the promise of every 202 needs it. */
export async function checkRedis(terminal: Terminal): Promise<Finding[]> {
  const url = terminal.env[variables.redis];
  if (!url) return [skipped('redis', 'Set REDIS_URL to have Redis looked at. Operators only.')];
  let redis: Redis | undefined;
  let met: unknown;
  try {
    const tls = readRedisTls(terminal);
    redis = new Redis(url, {
      ...(Object.keys(tls).length > 0 && { tls }),
      lazyConnect: true,
      connectTimeout: timeoutMs,
      commandTimeout: timeoutMs,
      retryStrategy: null,
      maxRetriesPerRequest: 0,
    });
    // What connect rejects with says only that the connection is closed.
    redis.on('error', (error) => void (met = error));
    await redis.connect();
    return judgeRedis(infoOf(await redis.info()));
  } catch (error) {
    const why = met ?? error;
    return [
      fault(
        'redis',
        why instanceof Error ? why.message : 'does not answer',
        'Is REDIS_URL right, Redis running, and the way to it open?',
      ),
    ];
  } finally {
    redis?.disconnect();
  }
}

/** The members of Redis' INFO by their names. */
export function infoOf(text: string): Readonly<Record<string, string>> {
  const members = text.matchAll(/^([a-z_0-9]+):(.*?)\r?$/gm);
  return Object.fromEntries([...members].map(([, name = '', value = '']): [string, string] => [name, value]));
}

/** What the state of Redis means for the promises. Pure. */
export function judgeRedis(info: Readonly<Record<string, string>>): Finding[] {
  const { maxmemory_policy: policy, aof_enabled: aof, role } = info;
  const [used, max] = [Number(info['used_memory']), Number(info['maxmemory'])];
  return [
    role === 'master'
      ? ok('redis', `version ${info['redis_version']}, master`)
      : fault('redis', `is a ${role}`, 'REDIS_URL must lead to the master.'),
    policy === 'noeviction'
      ? ok('redis memory policy', 'noeviction')
      : fault(
          'redis memory policy',
          `${policy}`,
          'Set maxmemory-policy to noeviction: any other throws accepted captures away.',
        ),
    aof === '1'
      ? ok('redis persistence', 'append-only file')
      : fault(
          'redis persistence',
          'no append-only file',
          'Set appendonly yes: without it a restart loses accepted captures.',
        ),
    max > 0 && used > max * 0.8
      ? note(
          'redis memory',
          `${Math.round((used / max) * 100)} % used`,
          'Give it more memory: at the limit the API answers 503.',
        )
      : ok('redis memory', max > 0 ? `${Math.round((used / max) * 100)} % used` : 'no limit'),
  ];
}
