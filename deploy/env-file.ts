import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { apiConfig } from '../services/api/src/config.ts';
import { workerConfig } from '../services/worker/src/config.ts';

/** The root of the repository. */
export const root = join(import.meta.dirname, '..');

/** One variable of `.env.example`. A setting with a default is shown with it, behind `#`. */
export interface Variable {
  readonly section: 'both' | 'api' | 'worker';
  readonly name: string;
  readonly comment: string;
  readonly required: boolean;
  readonly value: string;
}

/** Settings that must stand empty in a file that is committed. */
export const secrets = [
  'ENCRYPTION_KEYS',
  'API_CLIENTS',
  'VLENS_API_KEY',
  'VLENS_ADMIN_PASSWORD',
  'AWS_SECRET_ACCESS_KEY',
  'KAFKA_SASL_PASSWORD',
];

const services = { api: apiConfig, worker: workerConfig };
type Service = keyof typeof services;

/** What `.env.example` has to say, from the schemas and their comments; required values other than secrets are free. */
export function variablesOfSchemas(): Variable[] {
  const api = variablesOf('api');
  const worker = variablesOf('worker');
  const alike = (one: Variable) => (other: Variable) => one.name === other.name && one.value === other.value;
  return [
    ...api.flatMap((one): Variable[] => {
      const twin = worker.find(alike(one));
      return twin ? [{ ...one, section: 'both', required: one.required || twin.required }] : [];
    }),
    ...api.filter((one) => !worker.some(alike(one))),
    ...worker.filter((one) => !api.some(alike(one))),
  ];
}

function variablesOf(service: Service): Variable[] {
  const comments = commentsIn(readFileSync(join(root, `services/${service}/src/config.ts`), 'utf8'));
  return Object.entries(services[service].shape).map(([name, { def }]) => {
    const hasDefault = 'defaultValue' in def;
    const required = !hasDefault && (def as { type: string }).type !== 'optional';
    return {
      section: service,
      name,
      comment: comments.get(name) ?? '',
      required,
      value: hasDefault ? String((def as { defaultValue: unknown }).defaultValue) : '',
    };
  });
}

function commentsIn(source: string): Map<string, string> {
  return new Map(
    [...source.matchAll(/\/\*\* (.+?) \*\/\s+([A-Z][A-Z0-9_]*):/g)].map(([, comment = '', name = '']) => [
      name,
      comment,
    ]),
  );
}

/** Reads an example file: sections `## both`, and in them `# comment` above `NAME=value` or `#NAME=default`. */
export function variablesIn(text: string): Variable[] {
  const found: Variable[] = [];
  let section: Variable['section'] | undefined;
  let comment = '';
  for (const line of text.split('\n')) {
    const [, title] = /^## (both|api|worker)\b/.exec(line) ?? [];
    if (title) section = title as Variable['section'];
    const [, optional, name = '', value = ''] = /^(#?)([A-Z][A-Z0-9_]*)=(.*)$/.exec(line) ?? [];
    if (name && section) found.push({ section, name, comment, required: optional === '', value });
    comment = /^# (.+)$/.exec(line)?.[1] ?? '';
  }
  return found;
}
