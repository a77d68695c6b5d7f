import type { z } from 'zod';
import { readPem } from './read-pem.ts';
import type { ClusterNode } from './slot-primary.ts';

/** The variables that say where Redis is and how it is spoken to. */
export interface RedisSettings {
  readonly REDIS_URL: string;
  readonly REDIS_CLUSTER_NODES?: readonly ClusterNode[] | undefined;
  readonly REDIS_TLS_CA_FILE?: string | undefined;
  readonly REDIS_TLS_CERT_FILE?: string | undefined;
  readonly REDIS_TLS_KEY_FILE?: string | undefined;
}

/** A Redis, what TLS needs beyond the certificates that Node trusts, and the cluster's nodes to ask where it is one. */
export interface RedisAddress {
  readonly url: string;
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string };
  readonly cluster?: readonly ClusterNode[];
}

const files = ['REDIS_TLS_CA_FILE', 'REDIS_TLS_CERT_FILE', 'REDIS_TLS_KEY_FILE'] as const;

/** Adds an issue for each file that has no use or lacks its other half. Other settings may be faulty or missing. */
export function checkRedisTls(config: Partial<RedisSettings>, context: z.core.$RefinementCtx): void {
  const say = (name: keyof RedisSettings, message: string): void =>
    context.addIssue({ code: 'custom', path: [name], message });
  const [, cert, key] = files.map((name) => config[name]);
  if (config.REDIS_URL?.startsWith('redis://'))
    for (const name of files) if (config[name] !== undefined) say(name, 'is of no use without a rediss:// address');
  if (cert !== undefined && key === undefined) say('REDIS_TLS_KEY_FILE', 'is missing beside REDIS_TLS_CERT_FILE');
  if (key !== undefined && cert === undefined) say('REDIS_TLS_CERT_FILE', 'is missing beside REDIS_TLS_KEY_FILE');
}

/** Where Redis is, with the files read. Throws `AppError('config_invalid')` when one can not be. */
export function redisAddress(config: RedisSettings): RedisAddress {
  const [ca, cert, key] = files.map((name) => {
    const file = config[name];
    return file === undefined ? undefined : readPem(name, file);
  });
  const tls = { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) };
  const nodes = config.REDIS_CLUSTER_NODES;
  return { url: config.REDIS_URL, ...(Object.keys(tls).length > 0 && { tls }), ...(nodes && { cluster: nodes }) };
}
