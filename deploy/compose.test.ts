import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '@identity-events/shared/runtime/config';
import { DCLinter } from 'dclint';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parse } from 'yaml';
import { apiConfig } from '../services/api/src/config.ts';
import { workerConfig } from '../services/worker/src/config.ts';
import { type ComposeFile, type ComposeService, composeFaults, seconds } from './compose-faults.ts';
import { root, secrets } from './env-file.ts';

const text = readFileSync(join(root, 'docker-compose.yml'), 'utf8');
const compose = readCompose(text);
const ours = { api: apiConfig, worker: workerConfig };

describe('docker-compose.yml', () => {
  it('follows the Compose Specification, and good habits', () => {
    expect(lint(text)).toEqual([]);
  });

  it.each([
    ['an unknown key', 'stop_grace_period: 30s', 'stop_grace_time: 30s', 'invalid-schema'],
    ['broken YAML', 'restart: unless-stopped', 'restart: [', 'invalid-yaml'],
    ['a floating image', 'redis:8.10.0', 'redis', 'service-image-require-explicit-tag'],
  ])('is refused for %s', (_fault, part, instead, rule) => {
    expect(lint(text.replace(part, instead))).toContain(rule);
  });

  it('gives every service limits, health, few rights and no port beyond this machine', () => {
    expect(composeFaults(compose)).toEqual([]);
  });

  it.each([
    ['redis', 'is not pinned to one version', 'image: redis:8.10.0', 'image: redis:8'],
    ['redis', 'may run as root', 'user: redis', 'user: root'],
    ['redis', 'may run as root', 'user: redis', ''],
    ['api', 'keeps capabilities', 'cap_drop: [ALL]', 'cap_drop: [NET_RAW]'],
    ['api', 'keeps capabilities', 'cap_drop: [ALL]', 'cap_drop: [ALL]\n  cap_add: [NET_RAW]'],
    ['api', 'keeps capabilities', 'cap_drop: [ALL]', 'cap_drop: [ALL]\n  privileged: true'],
    ['api', 'may gain privileges', 'no-new-privileges:true', 'no-new-privileges:false'],
    ['redis', 'may write to its root folder', 'read_only: true', 'read_only: false'],
    ['redis', 'has no bounded /tmp', '/tmp:size=16m', '/tmp'],
    ['api', 'is published beyond this machine', '127.0.0.1:8080:8080', '8080:8080'],
    ['redis', 'has no limit on processor, memory or processes', 'memory: 1g, ', ''],
    ['redis', 'has no limit on its log', 'max-size: 20m, ', ''],
    ['redis', 'has no health check', 'test: [CMD-SHELL', 'test: [NONE'],
    ['redis', 'has a health check without test or bounds', 'interval: 5s', ''],
    ['redis', 'does not come back after a crash', 'restart: unless-stopped', 'restart: "no"'],
    ['redis', 'does not say how long a stop may take', 'stop_grace_period: 30s', ''],
    ['api', 'does not wait until what it needs is healthy', 'service_healthy', 'service_started'],
  ])('is refused when %s %s', (service, sentence, part, instead) => {
    const faulty = text.replace(part, instead);
    expect(faulty).not.toBe(text);
    expect(composeFaults(readCompose(faulty))).toContain(`${service}: ${sentence}`);
  });

  it('takes the broker that the tests run on', () => {
    const pom = readFileSync(join(root, 'tools/kafka/pom.xml'), 'utf8');
    expect(serviceOf('kafka').image).toBe(`apache/kafka:${/<kafka.version>(.+)<\/kafka.version>/.exec(pom)?.[1]}`);
  });

  it('keeps what is in Redis through a crash and a full memory, and no arguments of slow commands', () => {
    const command = serviceOf('redis').command?.join(' ');
    expect(command).toContain('--appendonly yes --appendfsync everysec ');
    expect(command).toMatch(/ --maxmemory \d+mb --maxmemory-policy noeviction --slowlog-log-slower-than -1$/);
  });
});

describe('the profile observability', () => {
  const folderOf = (service: string, target: string): string => {
    const volume = serviceOf(service).volumes?.find((each) => each.endsWith(`:${target}:ro`));
    return join(root, volume?.split(':')[0] ?? 'no such folder');
  };

  it('is what is not started without it', () => {
    const optional = Object.entries(compose.services).filter(
      ([, { profiles }]) => profiles?.join() === 'observability',
    );
    expect(optional.map(([name]) => name)).toEqual(['prometheus', 'grafana', 'jaeger']);
  });

  it('gives Prometheus its scrapes and alerts', () => {
    const files = readdirSync(folderOf('prometheus', '/etc/prometheus'));
    expect(files).toEqual(expect.arrayContaining(['prometheus.yml', 'alerts.yml']));
  });

  it('gives Grafana its dashboards, and Prometheus to ask', () => {
    const provisioning = folderOf('grafana', '/etc/grafana/provisioning');
    const read = (file: string): unknown => parse(readFileSync(join(provisioning, file), 'utf8'));
    const { providers } = read('dashboards/identity-events.yml') as { providers: { options: { path: string } }[] };
    const dashboards = readdirSync(folderOf('grafana', providers[0]?.options.path ?? ''));
    expect(dashboards).toEqual(expect.arrayContaining(['captures.json', 'service.json']));
    expect(read('datasources/prometheus.yml')).toMatchObject({
      datasources: [{ type: 'prometheus', url: `http://prometheus:${portOf('prometheus')}` }],
    });
  });

  const portOf = (service: string): string | undefined => serviceOf(service).ports?.[0]?.split(':').at(-1);
});

describe.each(Object.entries(ours))('the service %s', (name, schema) => {
  const { environment = {}, volumes = [], stop_grace_period } = serviceOf(name);

  it('is given every setting that it knows, and no other', () => {
    expect(Object.keys(environment).toSorted()).toEqual(Object.keys(schema.shape).toSorted());
  });

  it('takes settings under their own name, empty where it has a default, and no secret from this file', () => {
    const wanted = Object.keys(environment).filter((variable) => String(environment[variable]).includes('$'));
    const taken = wanted.map((variable) => [variable, environment[variable]]);
    const instead: Record<string, string> = {
      VLENS_BASE_URL: ':-http://sandbox:8090',
      PUBLIC_URL: ':-http://127.0.0.1:8080',
    };
    const asking = ':?make .env with the command in .env.example';
    const expected = wanted.map((variable) => {
      const hasDefault = schema.shape[variable as keyof typeof schema.shape]['def'].type.match(/fault$|^optional$/);
      return [variable, `\${${variable}${instead[variable] ?? (hasDefault ? ':-' : asking)}}`];
    });
    expect(taken).toEqual(expected);
    expect(wanted).toEqual(expect.arrayContaining(secrets.filter((secret) => secret in schema.shape)));
  });

  it('starts with what it is given', () => {
    const filled = Object.entries(environment).map(([key, value]) => [key, interpolate(String(value))] as const);
    expect(() => readConfig(schema, Object.fromEntries(filled))).not.toThrow();
  });

  it('has more time to stop than its longest deadline', () => {
    const inTime = schema.shape.SHUTDOWN_DEADLINE_MS.safeParse((seconds(stop_grace_period) - 5) * 1_000);
    expect(inTime.success).toBe(false);
  });

  it('finds the images in the volume that both share', () => {
    expect(volumes).toEqual([`images:${environment['CAPTURE_STORE_DIR']}`]);
  });
});

/** What Compose makes of a value with a .env that holds nothing but the secrets. */
function interpolate(value: string): string {
  const env: Record<string, string> = {
    ENCRYPTION_KEYS: 'k1:key',
    API_CLIENTS: `demo:${'0'.repeat(64)}`,
    VLENS_API_KEY: 'key',
    TENANT_ID: 'demo',
  };
  const [, name, kind, rest = ''] = /^\$\{(\w+):([-?])(.*)\}$/.exec(value) ?? [];
  return name === undefined ? value : (env[name] ?? (kind === '-' ? rest : ''));
}

function readCompose(source: string): ComposeFile {
  return parse(source, { merge: true }) as ComposeFile;
}

function serviceOf(name: string): ComposeService {
  const service = compose.services[name];
  if (!service) throw new Error(`docker-compose.yml has no service ${name}`);
  return service;
}

/** Services and keys stand in the order of the flow, not of the alphabet. */
const lintRules = {
  'services-alphabetical-order': 0,
  'service-dependencies-alphabetical-order': 0,
  'service-keys-order': 0,
  'top-level-properties-order': 0,
} as const;

/** The rules that the text breaks: the schema of the Compose Specification and the linter's own. */
function lint(source: string): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'compose-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'docker-compose.yml');
  writeFileSync(file, source);
  const linter = new DCLinter({ rules: lintRules, quiet: false, debug: false, exclude: [] });
  return linter.lintFiles([file], false).flatMap(({ messages }) => messages.map(({ rule }) => rule));
}
