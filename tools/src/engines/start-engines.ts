import { type Engine, givenEngine } from './engine.ts';
import { createKafka } from './kafka.ts';
import { createRedis, type EngineOptions } from './redis.ts';
import { createS3 } from './s3.ts';

/** As for one engine; the signal ends a start that is still under way. */
export type EnginesOptions = EngineOptions & { readonly signal?: AbortSignal };

/** Redis and Kafka, running. */
export type Engines = {
  readonly redisUrl: string;
  readonly kafkaBrokers: string;
  readonly redis: Engine;
  readonly kafka: Engine;
  /** Ends what was started here and deletes its data; what was given by the environment is left alone. */
  stop(): Promise<void>;
};

/**
 * Resolves once both engines answer. One that `REDIS_URL` or `KAFKA_BROKERS` names is used as it is; otherwise it is started
 * here, on loopback, with its data and log in the folder.
 */
export async function startEngines(options: EnginesOptions): Promise<Engines> {
  const { REDIS_URL, KAFKA_BROKERS } = process.env;
  const made = await Promise.allSettled([
    started(REDIS_URL ? givenEngine('Redis', 'REDIS_URL', REDIS_URL) : createRedis(options), options),
    started(KAFKA_BROKERS ? givenEngine('Kafka', 'KAFKA_BROKERS', KAFKA_BROKERS) : createKafka(options), options),
  ]);
  const running = made.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const stop = async (): Promise<void> => void (await Promise.all(running.map((engine) => engine.discard())));

  const [redis, kafka] = running;
  if (redis && kafka) return { redisUrl: redis.address, kafkaBrokers: kafka.address, redis, kafka, stop };
  await stop();
  throw new AggregateError(reasons(made), reasons(made).map(String).join('\n'));
}

/** An S3-compatible store, running: the one that `S3_URL` names, or one that is started here and ends by `discard`. */
export function startS3(options: EnginesOptions): Promise<Engine> {
  const { S3_URL } = process.env;
  return started(S3_URL ? givenEngine('S3', 'S3_URL', S3_URL) : createS3(options), options);
}

async function started(making: Engine | Promise<Engine>, { log, signal }: EnginesOptions): Promise<Engine> {
  const begun = Date.now();
  const engine = await making;
  await engine.start(signal);
  log(`${engine.name} at ${engine.address} (${engine.runsAs}), ready in ${((Date.now() - begun) / 1000).toFixed(1)} s`);
  return engine;
}

function reasons(results: readonly PromiseSettledResult<Engine>[]): unknown[] {
  return results.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
}
