import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRegistry, metricsPrefix } from '@identity-events/shared/runtime/metrics';
import type { Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { createApiMetrics } from '../services/api/src/metrics/api-metrics.ts';
import { createWorkerMetrics } from '../services/worker/src/metrics/worker-metrics.ts';
import { root } from './env-file.ts';

/** What prom-client keeps of a metric; its types leave the labels out. */
interface Described {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly labelNames: readonly string[];
}

const registries = { api: createRegistry('api', '0'), worker: createRegistry('worker', '0') };
createApiMetrics(registries.api, tmpdir());
createWorkerMetrics(registries.worker, Date.now);

const ours = (registry: Registry): Described[] =>
  (registry.getMetricsAsArray() as unknown as Described[]).filter(({ name }) => name.startsWith(metricsPrefix));

/** One row a metric, by name; those of both services once. */
function table(): string[] {
  const told = new Map<string, { readonly metric: Described; readonly by: string[] }>();
  for (const [service, registry] of Object.entries(registries)) {
    for (const metric of ours(registry)) {
      const row = told.get(metric.name) ?? { metric, by: [] };
      row.by.push(service);
      told.set(metric.name, row);
    }
  }
  return [...told.values()]
    .toSorted((a, b) => (a.metric.name < b.metric.name ? -1 : 1))
    .map(({ metric: { name, type, labelNames, help }, by }) => {
      const labels = labelNames.map((label) => `\`${label}\``).join(', ');
      return `| \`${name.slice(metricsPrefix.length)}\` | ${by.join(', ')} | ${type} | ${labels} | ${help} |`;
    });
}

it('docs/operations.md lists every metric as the code has it', () => {
  const page = readFileSync(join(root, 'docs/operations.md'), 'utf8');
  const rows = page.split('\n').filter((line) => /^\| `\w+` \| (api|worker)/.test(line));
  expect(rows.join('\n')).toBe(table().join('\n'));
});

it('names and units follow the conventions of Prometheus', () => {
  // https://prometheus.io/docs/practices/naming/
  for (const { name, type, help } of [...ours(registries.api), ...ours(registries.worker)]) {
    expect(name).toMatch(/^[a-z][a-z0-9]*(_[a-z0-9]+)+$/);
    expect(name.endsWith('_total'), name).toBe(type === 'counter');
    if (type === 'histogram') expect(name).toMatch(/_(seconds|events)$/);
    expect(name).not.toMatch(/_(ms|milliseconds|minutes|kb|percent)(_|$)/);
    expect(help, name).toMatch(/\.$/);
  }
});
