import { readFileSync } from 'node:fs';
import { readConfig } from '@identity-events/shared/runtime/config';
import { fetchKubernetesSchemas } from '@identity-events/tools/engines/helm';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { apiConfig } from '../../services/api/src/config.ts';
import { workerConfig } from '../../services/worker/src/config.ts';
import { type Deployment, podFaults, type Variable } from './pod-faults.ts';
import { type Change, type Manifest, renderChart } from './rendered-chart.ts';
import { isSecret, valuesSchema } from './values-schema.ts';

let schemaFaults: (manifests: readonly Manifest[]) => string[];
beforeAll(async () => {
  const all = JSON.parse(readFileSync(await fetchKubernetesSchemas(() => undefined), 'utf8')) as object;
  const ajv = new Ajv2020({ strict: false, validateFormats: false, logger: false });
  ajv.addSchema(all, 'kubernetes');
  schemaFaults = (manifests) =>
    manifests.filter(({ kind }) => kind !== 'ScaledObject').flatMap((manifest) => complaints(ajv, manifest));
}, 180_000);

/** Definitions are named by group, version and kind. */
const definitions: Readonly<Record<string, string>> = {
  'v1 Service': 'core.v1.Service',
  'v1 ServiceAccount': 'core.v1.ServiceAccount',
  'apps/v1 Deployment': 'apps.v1.Deployment',
  'autoscaling/v2 HorizontalPodAutoscaler': 'autoscaling.v2.HorizontalPodAutoscaler',
  'policy/v1 PodDisruptionBudget': 'policy.v1.PodDisruptionBudget',
  'networking.k8s.io/v1 NetworkPolicy': 'networking.v1.NetworkPolicy',
};

function complaints(ajv: Ajv2020, manifest: Manifest): string[] {
  const name = definitions[`${manifest.apiVersion} ${manifest.kind}`];
  if (!name) return [`${manifest.apiVersion} ${manifest.kind} has no schema here`];
  const validate = ajv.getSchema(`kubernetes#/$defs/io.k8s.api.${name}`);
  if (!validate) throw new Error(`no definition of ${name}`);
  if (validate(manifest)) return [];
  return (validate.errors ?? []).map(({ instancePath, message }) => `${manifest.kind} ${instancePath} ${message}`);
}

const deployment = (manifests: readonly Manifest[], service: string): Deployment =>
  manifests.find(
    ({ kind, metadata }) => kind === 'Deployment' && metadata.name.endsWith(service),
  ) as unknown as Deployment;
const podFaultsOf = (manifests: readonly Manifest[]): string[] =>
  ['api', 'worker'].flatMap((service) => podFaults(deployment(manifests, service)));
const variablesOf = (manifests: readonly Manifest[], service: string): readonly Variable[] =>
  deployment(manifests, service).spec.template.spec.containers[0]?.env ?? [];

it('the schema of the values is made of the settings that the services know', async () => {
  // Made again by: npm test -- chart -u
  await expect(`${JSON.stringify(valuesSchema, null, 2)}\n`).toMatchFileSnapshot('identity-events/values.schema.json');
});

describe.each(['s3', 'disk'])('with the values %s', (values) => {
  let manifests: readonly Manifest[];
  beforeAll(async () => {
    manifests = await renderChart(values);
  }, 60_000);

  it('it is what Kubernetes takes', () => {
    expect(manifests.length).toBeGreaterThan(5);
    expect(schemaFaults(manifests)).toEqual([]);
  });

  it('its pods have few rights, limits, and probes that tell alive from ready', () => {
    expect(podFaultsOf(manifests)).toEqual([]);
  });

  it.each([
    ['api', apiConfig],
    ['worker', workerConfig],
  ] as const)('the %s starts with its settings, and takes what opens something from the Secret', (service, schema) => {
    const variables = variablesOf(manifests, service);
    const filled = variables.map(({ name, value }) => [name, value ?? standIns[name]] as const);
    expect(() => readConfig(schema, Object.fromEntries(filled))).not.toThrow();
    expect(variables.filter(({ name, value }) => isSecret(name) && value !== undefined)).toEqual([]);
  });

  it.each([
    ['api', apiConfig],
    ['worker', workerConfig],
  ] as const)('the %s has more time to stop than its longest deadline', (service, schema) => {
    const { terminationGracePeriodSeconds = 0, containers } = deployment(manifests, service).spec.template.spec;
    const seconds = terminationGracePeriodSeconds - (containers[0]?.lifecycle?.preStop.sleep.seconds ?? 0);
    const { success } = schema.shape.SHUTDOWN_DEADLINE_MS.safeParse((seconds - 5) * 1_000);
    expect(success).toBe(false);
  });
});

/** What the Secret would hold. */
const standIns: Readonly<Record<string, string>> = {
  ENCRYPTION_KEYS: 'k1:key',
  REDIS_URL: 'redis://:password@redis:6379',
  VLENS_API_KEY: 'key',
  API_CLIENTS: `demo:${'0'.repeat(64)}`,
  OPS_USERS: `ann:${'0'.repeat(64)}`,
};

/** As KEDA documents it; its own schema is in no registry that the tests use. */
const scaledObject = z.strictObject({
  apiVersion: z.literal('keda.sh/v1alpha1'),
  kind: z.literal('ScaledObject'),
  metadata: z.strictObject({ name: z.string(), labels: z.record(z.string(), z.string()) }),
  spec: z.strictObject({
    scaleTargetRef: z.strictObject({ name: z.string() }),
    minReplicaCount: z.int().min(1),
    maxReplicaCount: z.int().min(1),
    pollingInterval: z.int(),
    advanced: z.object({ horizontalPodAutoscalerConfig: z.object({}) }),
    triggers: z.tuple([
      z.strictObject({
        type: z.literal('prometheus'),
        metricType: z.literal('Value'),
        metadata: z.strictObject({ serverAddress: z.url(), threshold: z.string().regex(/^\d+$/), query: z.string() }),
      }),
    ]),
  }),
});

it('workers follow the age of the queue, or are as many as is said', async () => {
  const scaled = await renderChart('s3');
  const { metadata, spec } = scaledObject.parse(scaled.find(({ kind }) => kind === 'ScaledObject'));
  expect(spec.scaleTargetRef.name).toBe(deployment(scaled, 'worker').metadata.name);
  expect(metadata.name).toBe(spec.scaleTargetRef.name);
  expect(deployment(scaled, 'worker').spec).not.toHaveProperty('replicas');
  const fixed = await renderChart('disk');
  expect(fixed.map(({ kind }) => kind)).not.toContain('ScaledObject');
  expect(deployment(fixed, 'worker').spec).toHaveProperty('replicas', 3);
});

it('large numbers and shares arrive as they were written', async () => {
  const set = 'settings.both.RECORD_RETENTION_MS=2592000000,settings.both.OTEL_TRACES_SAMPLER_ARG=0.05';
  const variables = variablesOf(await renderChart('s3', { set }), 'worker');
  expect(variables).toContainEqual({ name: 'RECORD_RETENTION_MS', value: '2592000000' });
  expect(variables).toContainEqual({ name: 'OTEL_TRACES_SAMPLER_ARG', value: '0.05' });
});

it('only who is named may call, and read metrics', async () => {
  const policies = (await renderChart('s3')).filter(({ kind }) => kind === 'NetworkPolicy');
  const peers = policies.map(({ metadata, spec }) => {
    const { ingress } = spec as { ingress: { from: { namespaceSelector: { matchLabels: object } }[] }[] };
    return [metadata.name, ingress[0]?.from.map(({ namespaceSelector }) => namespaceSelector.matchLabels)];
  });
  const monitoring = { 'kubernetes.io/metadata.name': 'monitoring' };
  expect(peers).toEqual([
    ['test-identity-events-api', [{ team: 'onboarding' }, monitoring]],
    ['test-identity-events-worker', [monitoring]],
  ]);
});

describe("the operators' pages", () => {
  const addressOf = (manifests: readonly Manifest[]): readonly Variable[] =>
    variablesOf(manifests, 'api').filter(({ name }) => name === 'OPS_HOST' || name === 'OPS_PORT');
  const serviceOf = (manifests: readonly Manifest[]): Manifest | undefined =>
    manifests.find(({ metadata }) => metadata.name === 'test-identity-events-api-ops');
  const mayEnter = (manifests: readonly Manifest[]): unknown => {
    const policy = manifests.find(({ kind, metadata }) => kind === 'NetworkPolicy' && metadata.name.endsWith('api'));
    const spec = policy?.spec as { ingress: { ports: { port: number }[]; from: unknown }[] } | undefined;
    return spec?.ingress.find(({ ports }) => ports.some(({ port }) => port === 8082))?.from;
  };

  it('have a port and a Service of their own for who is named, where the Secret has users', async () => {
    const manifests = await renderChart('s3');
    expect(addressOf(manifests)).toEqual([
      { name: 'OPS_HOST', value: '0.0.0.0' },
      { name: 'OPS_PORT', value: '8082' },
    ]);
    expect(serviceOf(manifests)?.spec).toMatchObject({ type: 'ClusterIP', ports: [{ port: 8082, targetPort: 'ops' }] });
    expect(mayEnter(manifests)).toEqual([{ namespaceSelector: { matchLabels: { team: 'operations' } } }]);
  });

  it('are closed to everybody in the cluster where none is named', async () => {
    const manifests = await renderChart('s3', { set: 'networkPolicy.operators=null' });
    expect(serviceOf(manifests)).toBeDefined();
    expect(mayEnter(manifests)).toBeUndefined();
  });

  it('are not there without users', async () => {
    const manifests = await renderChart('s3', { set: 'secret.api={API_CLIENTS}' });
    expect([addressOf(manifests), serviceOf(manifests), mayEnter(manifests)]).toEqual([[], undefined, undefined]);
  });
});

it('an API that speaks TLS is asked for its health over TLS, with files from a Secret', async () => {
  const folder = '/etc/identity-events-files';
  const files = `files.secretName=certificates,settings.api.TLS_CERT_FILE=${folder}/tls.crt,settings.api.TLS_KEY_FILE=${folder}/tls.key`;
  const secured = await renderChart('s3', { set: files });
  expect(schemaFaults(secured)).toEqual([]);
  expect(podFaultsOf(secured)).toEqual([]);
  const podOf = (service: string): string => JSON.stringify(deployment(secured, service).spec.template.spec);
  expect(podOf('api').match(/"scheme":"HTTPS"/g)).toHaveLength(3);
  expect(podOf('worker').match(/"scheme":"HTTP"/g)).toHaveLength(3);
  expect(podOf('api')).toContain(`"mountPath":"${folder}"`);
});

const helpers = 'templates/_helpers.tpl';

it.each<[string, Change, string]>([
  [
    'a field that Kubernetes does not know',
    { edit: [helpers, 'readOnlyRootFilesystem', 'readOnlyRoot'] },
    'additional',
  ],
  ['a value of another kind', { edit: [helpers, 'runAsUser: 1000', "runAsUser: '1000'"] }, 'must be integer'],
])('%s is seen by the schema', async (_, change, complaint) => {
  expect(schemaFaults(await renderChart('s3', change)).join('\n')).toContain(complaint);
});

it.each<[string, Change['edit']]>([
  ['may run as root', [helpers, 'runAsNonRoot: true', 'runAsNonRoot: false']],
  ['keeps capabilities', [helpers, 'drop: [ALL]', 'drop: [NET_RAW]']],
  ['may gain privileges', [helpers, 'allowPrivilegeEscalation: false', 'privileged: true']],
  ['may write to its root folder', [helpers, 'readOnlyRootFilesystem: true', 'readOnlyRootFilesystem: false']],
  ['may make any system call', [helpers, 'RuntimeDefault', 'Unconfined']],
  ["shares the node's namespaces", [helpers, 'enableServiceLinks: false', 'hostNetwork: true']],
  ['has a token of the cluster', [helpers, 'automountServiceAccountToken: false', 'hostPID: true']],
  ['has a folder without bounds', [helpers, 'emptyDir: { sizeLimit: 64Mi }', 'emptyDir: {}']],
  [
    'has no request and limit of processor and memory',
    ['values.yaml', "limits: { cpu: '1', memory: 1Gi }", 'limits: {}'],
  ],
  ['is restarted because a dependency is away', [helpers, 'path: /healthz', 'path: /readyz']],
  ['is given work while a dependency is away', [helpers, 'path: /readyz', 'path: /healthz']],
  ['is not pinned to one version', ['Chart.yaml', 'appVersion: 0.1.0', 'appVersion: latest']],
])('a pod that %s is found', async (sentence, edit) => {
  const manifests = await renderChart('s3', edit ? { edit } : {});
  expect(podFaultsOf(manifests)).toContain(`test-identity-events-worker: ${sentence}`);
});

it.each([
  ['a setting that no service knows', 'settings.worker.CONCURENCY=5', 'CONCURENCY'],
  ['a setting of the other service', 'settings.api.CONCURRENCY=5', 'CONCURRENCY'],
  ['a secret among the settings', 'settings.both.ENCRYPTION_KEYS=k1:abc', 'ENCRYPTION_KEYS'],
  ['a value that the chart does not know', 'replicaCount=3', 'replicaCount'],
  ['no key to seal with', 'secret.both={REDIS_URL}', 'ENCRYPTION_KEYS must be given for the'],
  ['no Kafka', 'settings.worker.KAFKA_BROKERS=', 'KAFKA_BROKERS must be given for the worker'],
  ['no bucket', 'settings.both.CAPTURE_STORE_S3_BUCKET=', 'CAPTURE_STORE_S3_BUCKET must be given'],
  ['no volume for images on disk', 'settings.both.CAPTURE_STORE=disk', 'images.existingClaim must name'],
  ["clients' certificates", 'settings.api.TLS_CLIENT_CA_FILE=ca.pem', 'the probes of Kubernetes show no certificate'],
  ['no registry', 'image.registry=', 'image.registry must be given'],
])('%s is refused, with what to do', async (_, set, sentence) => {
  await expect(renderChart('s3', { set })).rejects.toThrow(sentence);
});
