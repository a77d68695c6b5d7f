import { spawnSync } from 'node:child_process';
import { context, diag, metrics, propagation, trace } from '@opentelemetry/api';
import { afterAll, expect, it, vi } from 'vitest';
import { createLifecycle } from './lifecycle.ts';
import { inSpan, traceparentOf } from './spans.ts';
import { startTracing, wantsTraces } from './start-tracing.ts';

const endpoint = 'http://127.0.0.1:1';

// Tracing is the whole process's, and other files run in it.
afterAll(() => {
  for (const api of [trace, context, propagation, metrics, diag]) api.disable();
});

it.each<[wants: boolean, env: Record<string, string>]>([
  [false, {}],
  [false, { OTEL_EXPORTER_OTLP_ENDPOINT: '' }],
  [true, { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint }],
  [true, { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: endpoint }],
  [true, { OTEL_TRACES_EXPORTER: 'console' }],
  [false, { OTEL_TRACES_EXPORTER: 'none' }],
  [false, { OTEL_TRACES_EXPORTER: 'none', OTEL_EXPORTER_OTLP_ENDPOINT: endpoint }],
  [false, { OTEL_SDK_DISABLED: 'true', OTEL_EXPORTER_OTLP_ENDPOINT: endpoint }],
  [false, { OTEL_TRACES_SAMPLER: 'always_on' }],
])('traces are made: %s, for %o', (wants, env) => {
  expect(wantsTraces(env)).toBe(wants);
});

/** Starts a process that starts tracing; resolves to the packages of OpenTelemetry that it loaded. */
function loadedIn(env: Record<string, string>): string[] {
  const program = `
    import { registerHooks } from 'node:module';
    const loaded = new Set();
    registerHooks({ resolve: (name, context, next) => (loaded.add(name), next(name, context)) });
    const { startTracing } = await import(${JSON.stringify(new URL('start-tracing.ts', import.meta.url).href)});
    const off = () => undefined;
    await startTracing({
      service: 'test', version: '0', env: process.env, releases: { onStop: off },
      logger: { debug: off, info: off, warn: off, error: off },
    });
    console.log(JSON.stringify([...loaded].filter((name) => name.startsWith('@opentelemetry/'))));
    process.exit();
  `;
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ['--conditions=source', '--input-type=module', '--eval', program],
    {
      env: { PATH: process.env['PATH'], ...env },
      encoding: 'utf8',
    },
  );
  expect(stderr).toBe('');
  return JSON.parse(stdout) as string[];
}

it('where no traces are wanted the SDK is not even loaded', () => {
  expect(loadedIn({})).toEqual(['@opentelemetry/api']);
  expect(loadedIn({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint })).toContain('@opentelemetry/sdk-node');
});

it('a collector that is away is told of, and does not hold up a stop', async () => {
  vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', endpoint);
  const lifecycle = createLifecycle({ debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() });
  const warn = vi.fn();
  const logger = { debug: vi.fn(), info: vi.fn(), warn, error: vi.fn() };
  await startTracing({ service: 'test', version: '0', env: process.env, logger, releases: lifecycle });
  await inSpan('work', { role: 'server' }, async (span) =>
    expect(traceparentOf(span)).toMatch(/^00-\w{32}-\w{16}-01$/),
  );
  const begunAt = performance.now();
  expect(await lifecycle.stop(5_000)).toBe(true);
  expect(performance.now() - begunAt).toBeLessThan(4_500);
});
