import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createS3 } from '@identity-events/tools/engines/s3';
import { freePort } from '@identity-events/tools/processes/free-port';
import { answersOk, startPart } from '@identity-events/tools/system/part';
import type { PrivacyStage } from './privacy-stage.ts';
import { submissionOf } from './submit-planted.ts';

/**
 * A second API, which keeps images in a bucket, takes captures. The worker looks for them on disk, so that they become dead letters, whose
 * images stay. Resolves to the folder in which the bucket's server keeps each object as a file.
 */
export async function fillBucket(
  { test, values, answers }: PrivacyStage,
  apiKey: string,
  undo: AsyncDisposableStack,
): Promise<string> {
  const dataDir = await mkdtemp(join(tmpdir(), 'privacy-s3-'));
  undo.defer(() => rm(dataDir, { recursive: true, force: true }));
  const server = await createS3({ dataDir, log: () => undefined });
  undo.defer(() => server.discard());
  await server.start();
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const { api } = test.system.specs;
  const env = { ...api.env, ...bucketOf(new URL(server.address)), PORT: String(port) };
  const logFile = join(test.dataDir, 'logs', 'api-s3.log');
  const part = await startPart({ ...api, env, logFile }, () => answersOk(`${url}/readyz`));
  try {
    for (const kind of ['national_id', 'national_id_ocr'] as const) {
      const { body, headers } = submissionOf(values, { kind });
      const own = { authorization: `Bearer ${apiKey}`, 'idempotency-key': values.text('idempotency key') };
      const request = { method: 'POST', body, headers: { ...headers, ...own } };
      const answer = await fetch(`${url}/v1/captures`, request);
      if (answer.status !== 202) throw new Error(`the API with a bucket answered ${answer.status}`);
      answers.push({ place: 'answer 202 with a bucket', bytes: Buffer.from(await answer.arrayBuffer()) });
    }
  } finally {
    await part.stop();
  }
  return join(dataDir, 's3');
}

function bucketOf({ origin, pathname, username, password }: URL): Record<string, string> {
  return {
    CAPTURE_STORE: 's3',
    CAPTURE_STORE_DIR: '',
    // Their pages are the first API's.
    OPS_USERS: '',
    CAPTURE_STORE_S3_BUCKET: pathname.slice(1),
    CAPTURE_STORE_S3_ENDPOINT: origin,
    AWS_ACCESS_KEY_ID: username,
    AWS_SECRET_ACCESS_KEY: password,
  };
}
