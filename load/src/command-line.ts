import { parseArgs } from 'node:util';
import { type Deployment } from './target.ts';

/** What the command line asks for. */
export type LoadCommand =
  | {
      readonly action: 'run';
      readonly profile: string;
      readonly deployment?: Deployment;
      readonly out?: string;
      readonly cpuProfile: boolean;
    }
  | { readonly action: 'compare'; readonly a: string; readonly b: string; readonly out?: string }
  | { readonly action: 'help'; readonly problem?: string };

export const usage = `npm run load -- [profile] [options]      drives a system, ours on this machine or a deployment
npm run load -- compare a.json b.json    holds two runs against each other

profile           a name in load/profiles, or the path of a profile file; default smoke
--target URL      a deployment's API; with it, nothing is started
--api-key KEY     its API key (or LOAD_API_KEY)
--brokers LIST    its Kafka brokers (or KAFKA_BROKERS), to see the events arrive
--redis URL       its Redis (or REDIS_URL), to see the queue and the budget; optional
--tenant NAME     whose captures these are; default demo
--windows LIST    the budget that is drawn, such as 10/1s,60/1m
--out FOLDER      where report and JSON go; default .run/load
--cpu-profile     profiles API and worker of our own: the report names the hottest functions
`;

/** Reads the command line; never throws. */
export function readCommandLine(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): LoadCommand {
  try {
    return read(args, env);
  } catch (error) {
    return { action: 'help', problem: error instanceof Error ? error.message : String(error) };
  }
}

const options = {
  target: { type: 'string' },
  'api-key': { type: 'string' },
  brokers: { type: 'string' },
  redis: { type: 'string' },
  tenant: { type: 'string', default: 'demo' },
  windows: { type: 'string', default: '10/1s,60/1m' },
  out: { type: 'string' },
  'cpu-profile': { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

function read(args: readonly string[], env: Readonly<Record<string, string | undefined>>): LoadCommand {
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
  const out = values.out === undefined ? {} : { out: values.out };
  if (values.help) return { action: 'help' };
  const [first = 'smoke', a, b] = positionals;
  if (first === 'compare') {
    if (a === undefined || b === undefined) throw new Error('compare takes two JSON files of runs');
    return { action: 'compare', a, b, ...out };
  }
  const common = { action: 'run', profile: first, cpuProfile: values['cpu-profile'], ...out } as const;
  if (values.target === undefined) return common;
  const deployment = {
    url: new URL(values.target).origin,
    apiKey: given('--api-key or LOAD_API_KEY', values['api-key'] ?? env['LOAD_API_KEY']),
    brokers: given('--brokers or KAFKA_BROKERS', values.brokers ?? env['KAFKA_BROKERS']),
    redisUrl: values.redis ?? env['REDIS_URL'],
    tenant: values.tenant,
    windows: values.windows,
    encryptionKeys: env['ENCRYPTION_KEYS'],
    storeDir: env['CAPTURE_STORE_DIR'],
  };
  return { ...common, deployment };
}

function given(name: string, value: string | undefined): string {
  if (value) return value;
  throw new Error(`a target needs ${name}`);
}
