import { openBucket, testPlace } from '@identity-events/shared/store/s3.fixture';
import { expect, it, onTestFinished } from 'vitest';
import { openTestSystem } from './support/test-system.ts';

it('images wait in a bucket, sealed, until their capture is verified or erased, and never on disk', async () => {
  const place = testPlace('e2e');
  const s3 = {
    CAPTURE_STORE: 's3',
    CAPTURE_STORE_DIR: '',
    CAPTURE_STORE_S3_BUCKET: place.bucket,
    CAPTURE_STORE_S3_PREFIX: place.prefix,
    CAPTURE_STORE_S3_ENDPOINT: place.endpoint,
    AWS_ACCESS_KEY_ID: place.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: place.credentials.secretAccessKey,
  };
  const test = await openTestSystem({ name: 's3', database: 60, env: { api: s3, worker: s3 } });
  onTestFinished(() => test.close());
  const { keys } = openBucket(place);
  const keysOf = async (id: string): Promise<string[]> => (await keys()).filter((key) => key.includes(id));
  await test.system.parts.worker.stop();

  const [verified, erased] = [await test.captures.nationalId(), await test.captures.nationalId()];
  for (const id of [verified, erased]) expect((await keysOf(id)).length).toBeGreaterThan(1);
  await test.captures.ask(`/v1/captures/${erased}`, { method: 'DELETE' });
  expect(await keysOf(erased)).toEqual([]);

  await test.system.restart('worker');
  expect(await test.captures.read(verified, '30s')).toMatchObject({ status: 'verified' });
  await test.until(keys, (left) => left.length === 0);
  expect(await test.storedImages()).toEqual([]);
});
