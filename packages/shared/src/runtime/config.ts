import { z } from 'zod';
import { topicName } from '../contracts/topic-name.ts';
import { AppError } from './errors.ts';

/**
 * Reads a service's settings from the environment.
 *
 * An empty variable counts as not set. Throws one `AppError('config_invalid')` that names every faulty variable, and
 * never its value.
 */
export function readConfig<T extends z.ZodObject>(
  schema: T,
  env: Readonly<Record<string, string | undefined>>,
): z.infer<T> {
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const result = schema.safeParse(set, { reportInput: false });
  if (result.success) return result.data;
  const faults = result.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
  throw new AppError('config_invalid', `The environment is not complete:\n${faults.join('\n')}`, { retriable: false });
}

/** A whole number of milliseconds, bytes or pieces from the environment. */
export const wholeNumber = (min: number, max: number): z.ZodCoercedNumber => z.coerce.number().int().min(min).max(max);

/** A switch: true or false. */
export const onOff = z.enum(['true', 'false']).transform((value) => value === 'true');

/** `redis://` or `rediss://` address; credentials and database number may be part of it. */
export const redisUrl = z.url({ protocol: /^rediss?$/, error: 'must be a redis:// or rediss:// address' });

const clusterNode = z
  .string()
  .regex(/^[\w.-]+:\d{1,5}$/, 'must be <host>:<port>')
  .transform((text) => {
    const [host = '', port] = text.split(':');
    return { host, port: Number(port) };
  })
  .refine(({ port }) => port >= 1 && port <= 65_535, 'must be <host>:<port>');

/** Nodes of a Redis Cluster: <host>:<port>, comma separated, up to 20. */
export const clusterNodes = z
  .string()
  .transform((text) => text.split(','))
  .pipe(z.array(clusterNode).max(20, 'must be at most 20 nodes'));

/** Names of topics, comma separated, up to 20. */
export const topicList = z
  .string()
  .transform((text) => text.split(','))
  .pipe(z.array(topicName).max(20, 'must be at most 20 topics'));

/** Levels of winston's npm scale. */
export const logLevel = z.enum(['error', 'warn', 'info', 'debug']).default('info');

/** Name of a tenant: lowercase letters, digits and dashes. It becomes part of event keys and Redis keys. */
export const tenantId = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be lowercase letters, digits and dashes');
