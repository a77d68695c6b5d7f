import type { Engine } from '../engines/engine.ts';
import { type EnginesOptions, startEngines, startS3 } from '../engines/start-engines.ts';

/** What tests run on, running. */
export type TestEngines = {
  /** The variables by which tests find them. */
  readonly env: Readonly<Record<string, string>>;
  readonly all: readonly Engine[];
  /** Ends what was started here and deletes its data. */
  stop(): Promise<void>;
};

/** Resolves once Redis, Kafka and an S3-compatible store answer; all of them or, on failure, none is left. */
export async function startTestEngines(options: EnginesOptions): Promise<TestEngines> {
  const [engines, s3] = await Promise.allSettled([startEngines(options), startS3(options)]);
  if (engines.status === 'fulfilled' && s3.status === 'fulfilled') {
    const { redisUrl, kafkaBrokers, redis, kafka } = engines.value;
    return {
      env: { REDIS_URL: redisUrl, KAFKA_BROKERS: kafkaBrokers, S3_URL: s3.value.address },
      all: [redis, kafka, s3.value],
      stop: async () => void (await Promise.all([engines.value.stop(), s3.value.discard()])),
    };
  }
  if (engines.status === 'fulfilled') await engines.value.stop();
  if (s3.status === 'fulfilled') await s3.value.discard();
  throw engines.status === 'rejected' ? engines.reason : (s3 as PromiseRejectedResult).reason;
}
