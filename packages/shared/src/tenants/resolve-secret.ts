import { readFile } from 'node:fs/promises';
import { errorCode } from '../runtime/errors.ts';
import { type SecretReference, tenantsLimits } from './tenants-schema.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** A secret, or the sentence that says why there is none; never with anything of the secret. */
export type Resolved = { readonly secret: string } | { readonly fault: string };

/** Looks a secret up. A line break at the end of a file is not part of it. */
export async function resolveSecret(reference: SecretReference, env: Environment): Promise<Resolved> {
  if ('env' in reference) {
    const secret = env[reference.env];
    return secret ? checked(secret, reference.env) : { fault: `the variable ${reference.env} is not set` };
  }
  try {
    return checked((await readFile(reference.file, 'utf8')).replace(/\r?\n$/, ''), reference.file);
  } catch (error) {
    return { fault: `${reference.file} can not be read (${errorCode(error)})` };
  }
}

function checked(secret: string, place: string): Resolved {
  if (secret.length > tenantsLimits.secretCharsMax) return { fault: `${place} holds too long a secret` };
  return /^[\x20-\x7e]+$/.test(secret) ? { secret } : { fault: `${place} does not hold one line of printable ASCII` };
}
