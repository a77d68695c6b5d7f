import { apiConfig } from '../../services/api/src/config.ts';
import { workerConfig } from '../../services/worker/src/config.ts';

const names = { api: Object.keys(apiConfig.shape), worker: Object.keys(workerConfig.shape) };
const both = names.api.filter((name) => names.worker.includes(name));

/** What the chart decides itself. */
const fixed = [
  'HOST',
  'PORT',
  'HEALTH_HOST',
  'HEALTH_PORT',
  'OPS_HOST',
  'OPS_PORT',
  'TENANTS_FILE',
  'CAPTURE_STORE_DIR',
  'OTEL_SERVICE_NAME',
];
/** Settings that open something: they come from a Secret, or not at all. */
export const isSecret = (name: string): boolean =>
  /(^ENCRYPTION_KEYS|_PASSWORD|_API_KEY|_SECRET_ACCESS_KEY|_SIGNING_KEY|_SESSION_TOKEN|^OPS_USERS)$/.test(name);

const object = (properties: Record<string, unknown>, required: readonly string[] = []) => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
});
const text = { type: 'string' };
const count = { type: 'integer', minimum: 1 };
const onOff = { type: 'boolean' };
const texts = { type: 'object', additionalProperties: text };
const anything = { type: 'object' };
const list = (items: unknown) => ({ type: 'array', items });

/** Values of settings by their names; OpenTelemetry's further variables may be among them. */
function settingsOf(allowed: readonly string[]) {
  const value = { type: ['string', 'integer', 'number', 'boolean'] };
  const plain = allowed.filter((name) => !isSecret(name) && !fixed.includes(name));
  return {
    ...object(Object.fromEntries(plain.map((name) => [name, value]))),
    patternProperties: { '^OTEL_': value },
  };
}

const secretOf = (allowed: readonly string[]) => ({
  ...list({ enum: allowed.filter((name) => !fixed.includes(name)) }),
  uniqueItems: true,
});

const resources = object({ requests: anything, limits: anything }, ['requests', 'limits']);
const port = { type: 'integer', minimum: 1, maximum: 65_535 };

/** The JSON Schema of the chart's values. Settings are those that the services know, so that a slip is told before it is installed. */
export const valuesSchema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'Values of the chart identity-events',
  ...object({
    global: anything,
    image: object({
      registry: text,
      tag: text,
      pullPolicy: { enum: ['Always', 'IfNotPresent', 'Never'] },
      pullSecrets: list(object({ name: text }, ['name'])),
    }),
    settings: object({
      both: { ...settingsOf(both), required: ['CAPTURE_STORE'] },
      api: settingsOf(names.api),
      worker: settingsOf(names.worker),
    }),
    secret: object({
      name: { type: 'string', minLength: 1 },
      both: secretOf(both),
      api: secretOf(names.api),
      worker: secretOf(names.worker),
    }),
    tenantsFile: object({ secretName: text, key: { type: 'string', pattern: '^[-._a-zA-Z0-9]+$' } }),
    files: object({ secretName: text }),
    images: object({ existingClaim: text }),
    serviceAccount: object({ annotations: texts }),
    podLabels: texts,
    podAnnotations: texts,
    nodeSelector: texts,
    tolerations: list(anything),
    api: object({
      autoscaling: object({ minReplicas: count, maxReplicas: count, cpuPercent: count }),
      service: object({ type: { enum: ['ClusterIP', 'LoadBalancer', 'NodePort'] }, port, annotations: texts }),
      resources,
    }),
    worker: object({
      autoscaling: object({
        enabled: onOff,
        minReplicas: count,
        maxReplicas: count,
        prometheusUrl: { type: 'string', pattern: '^https?://' },
        queueAgeSeconds: count,
      }),
      replicas: count,
      resources,
    }),
    networkPolicy: object({
      enabled: onOff,
      clients: list(anything),
      monitoring: list(anything),
      operators: list(anything),
      egressPorts: object({ api: list(port), worker: list(port) }, ['api', 'worker']),
    }),
  }),
};
