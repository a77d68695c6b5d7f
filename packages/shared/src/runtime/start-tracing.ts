import { DiagLogLevel, diag } from '@opentelemetry/api';
import { errorCode } from './errors.ts';
import type { Releases } from './lifecycle.ts';
import type { Logger } from './logger.ts';
import { pause } from './pause.ts';

/** What decides whether and how traces are made: the variables of OpenTelemetry's specification. */
type Environment = Readonly<Record<string, string | undefined>>;

export interface StartTracingOptions {
  /** `OTEL_SERVICE_NAME` goes before it. */
  readonly service: string;
  readonly version: string;
  /** The environment of the process, from which the SDK reads its other variables by itself. */
  readonly env: Environment;
  readonly logger: Logger;
  readonly releases: Releases;
}

/** A collector that is away must not hold up a stop. */
const flushMaxMs = 2_000;

/** Whether somebody said where traces go. */
export function wantsTraces(env: Environment): boolean {
  if (env['OTEL_SDK_DISABLED']?.toLowerCase() === 'true' || env['OTEL_TRACES_EXPORTER'] === 'none') return false;
  return [
    env['OTEL_TRACES_EXPORTER'],
    env['OTEL_EXPORTER_OTLP_ENDPOINT'],
    env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'],
  ].some(Boolean);
}

/**
 * Starts OpenTelemetry's SDK for traces where the environment says where they go, and does nothing otherwise: the SDK is not even
 * loaded then, and every span is a stub. At the stop, what was recorded is sent.
 *
 * Exporters, sampler, limits and further attributes are as its variables say
 * (https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/). Resolves to whether traces are made.
 */
export async function startTracing({ service, version, env, logger, releases }: StartTracingOptions): Promise<boolean> {
  if (!wantsTraces(env)) return false;
  const { startNodeSdk } = await import('@opentelemetry/sdk-node');
  const sdk = startNodeSdk({
    resourceAttributes: {
      ...(env['OTEL_SERVICE_NAME'] ? {} : { 'service.name': `identity-events-${service}` }),
      'service.version': version,
    },
    // Metrics are Prometheus' here, and logs go to stdout.
    metricReaders: [],
    logRecordProcessors: [],
    instrumentations: [],
    // It would print texts between the lines of the log.
    logLevel: 'none',
  });
  diag.setLogger(toDiagLogger(logger), { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
  // What can't be sent by then is lost, and told of as any other time.
  releases.onStop('traces', () => Promise.race([sdk.shutdown().catch(() => undefined), pause(flushMaxMs)]));
  return true;
}

/** Tells that the SDK has trouble, as with a collector that is away, by codes only. */
function toDiagLogger(logger: Logger) {
  const quiet = (): void => undefined;
  const tell = (...told: unknown[]): void => {
    const error = told.find((one) => one instanceof Error);
    logger.warn('traces.trouble', { code: error ? errorCode(error) : 'unknown' });
  };
  return { error: tell, warn: tell, info: quiet, debug: quiet, verbose: quiet };
}
