import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import {
  checkKafkaSecurity,
  type KafkaSecurity,
  kafkaSecurityProtocol,
  saslMechanism,
  toKafkaSecurity,
} from '#contracts/kafka-security';
import { UsageError } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';

/** Where a setting is read from, when no option gives it. */
export const variables = {
  url: 'IDENTITY_EVENTS_URL',
  key: 'IDENTITY_EVENTS_KEY',
  keyFile: 'IDENTITY_EVENTS_KEY_FILE',
  userToken: 'IDENTITY_EVENTS_USER_TOKEN',
  brokers: 'KAFKA_BROKERS',
  redis: 'REDIS_URL',
} as const;

/** How the service is reached, as given on the command line. */
export interface ApiOptions {
  readonly url?: string | undefined;
  readonly keyFile?: string | undefined;
}

/** Address and key of the service. Throws `UsageError` that says what is missing. */
export async function readApiSettings(terminal: Terminal, options: ApiOptions) {
  return { baseUrl: readUrl(terminal, options), apiKey: await readKey(terminal, options) };
}

/** The address of the service. */
export function readUrl({ env }: Terminal, { url }: ApiOptions): string {
  const given = url ?? env[variables.url];
  if (!given) throw new UsageError(`where is the service? Give --url, or set ${variables.url}`);
  const parsed = z.url({ protocol: /^https?$/ }).safeParse(given);
  if (!parsed.success) throw new UsageError('the address of the service must begin with http:// or https://');
  return given;
}

/** The API key: from a file, or from the environment. Never from an argument, which every process can read. */
export async function readKey({ env }: Terminal, { keyFile }: ApiOptions): Promise<string> {
  const file = keyFile ?? env[variables.keyFile];
  const key = file ? await readSecretFile(file, 'the API key') : env[variables.key];
  if (!key)
    throw new UsageError(`whose call is it? Set ${variables.key}, or name a file that holds the key by --key-file`);
  return oneWord(key, 'the API key');
}

/** The end user's token: from a file, `-` for standard input, or from the environment. */
export async function readUserToken({ env, stdin }: Terminal, file: string | undefined): Promise<string> {
  const token =
    file === '-'
      ? (await readAll(stdin)).trim()
      : file
        ? await readSecretFile(file, 'the token')
        : env[variables.userToken];
  if (!token)
    throw new UsageError(`the user's token is missing: set ${variables.userToken}, or give --user-token-file`);
  return oneWord(token, "the user's token");
}

const brokerList = z.string().regex(/^[^\s,:]+:\d{1,5}(,[^\s,:]+:\d{1,5})*$/);

/** Kafka's bootstrap servers; undefined where none are given. */
export function readBrokers({ env }: Terminal, option: string | undefined): string[] | undefined {
  const given = option ?? env[variables.brokers];
  if (!given) return undefined;
  if (!brokerList.safeParse(given).success) throw new UsageError('brokers must be <host>:<port>, comma separated');
  return given.split(',');
}

const word = z.string().min(1).optional();
const kafkaSecurity = z
  .object({
    KAFKA_SECURITY_PROTOCOL: kafkaSecurityProtocol.default('PLAINTEXT'),
    KAFKA_SSL_CA_FILE: word,
    KAFKA_SSL_CERT_FILE: word,
    KAFKA_SSL_KEY_FILE: word,
    KAFKA_SASL_MECHANISM: saslMechanism.optional(),
    KAFKA_SASL_USERNAME: word,
    KAFKA_SASL_PASSWORD: word,
  })
  .superRefine(checkKafkaSecurity);

/** TLS and credentials for Kafka, by the variables that workers read, too. Throws `UsageError` that says what is wrong. */
export function readKafkaSecurity({ env }: Terminal): KafkaSecurity {
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value));
  const parsed = kafkaSecurity.safeParse(set);
  if (parsed.success) return toKafkaSecurity(parsed.data, readPem);
  const faults = parsed.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`);
  throw new UsageError(faults.join('; '));
}

const redisTlsFiles = { ca: 'REDIS_TLS_CA_FILE', cert: 'REDIS_TLS_CERT_FILE', key: 'REDIS_TLS_KEY_FILE' } as const;

/** What TLS to Redis needs beyond the certificates that Node trusts, by the services' variables. Throws `UsageError`. */
export function readRedisTls({ env }: Terminal): { ca?: string; cert?: string; key?: string } {
  const set = Object.entries(redisTlsFiles).filter(([, variable]) => env[variable]);
  return Object.fromEntries(set.map(([name, variable]) => [name, readPem(variable, env[variable] ?? '')]));
}

function readPem(variable: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`${variable}: the file can not be read`, { cause: error });
  }
}

const secretCharsMax = 16_384;

async function readSecretFile(file: string, what: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new UsageError(`${what} can not be read from ${file}`, { cause: error });
  });
  return text.trim();
}

async function readAll(stdin: Terminal['stdin']): Promise<string> {
  let text = '';
  for await (const chunk of stdin) {
    text += String(chunk);
    if (text.length > secretCharsMax) break;
  }
  return text;
}

function oneWord(secret: string, what: string): string {
  const fits = secret.length <= secretCharsMax && /^[\x21-\x7e]+$/.test(secret);
  if (!fits) throw new UsageError(`${what} must be one word of visible ASCII characters`);
  return secret;
}
