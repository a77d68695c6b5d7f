import { readFileSync } from 'node:fs';
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';

/** Begins the name of every metric of this project; what prom-client tells of Node keeps its usual names. */
export const metricsPrefix = 'identity_events_';

/** Latencies of anything that somebody waits for, in seconds. */
export const latencyBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** What `/metrics` answers. */
export interface MetricsPage {
  readonly contentType: string;
  /** The page in Prometheus' text format, as of now. */
  text(): Promise<string>;
}

/** prom-client measures the event loop's lag by a timer; by default it wakes an idle process 100 times a second. */
const lagEveryMs = 50;

/** A registry with what every service tells: which build it is, and how Node and the process are. */
export function createRegistry(service: string, version: string): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: lagEveryMs });
  new Gauge({
    name: `${metricsPrefix}build_info`,
    help: 'Always 1; the labels tell the build.',
    labelNames: ['service', 'version', 'node'] as const,
    registers: [registry],
  }).set({ service, version, node: process.versions.node }, 1);
  return registry;
}

/** The version that a package.json names. */
export function versionOf(packageJson: URL): string {
  const { version } = JSON.parse(readFileSync(packageJson, 'utf8')) as { version: string };
  return version;
}

/** The page of a registry. */
export function metricsPageOf(registry: Registry): MetricsPage {
  return { contentType: registry.contentType, text: () => registry.metrics() };
}

/**
 * Keeps the values of a label few: the first `most` different ones are told as they are, every later one as `other`. For
 * codes that come from a closed list of ours which the compiler does not know.
 */
export function fewValues(most: number): (value: string) => string {
  const seen = new Set<string>();
  return (value) => {
    if (seen.size < most) seen.add(value);
    return seen.has(value) ? value : 'other';
  };
}
