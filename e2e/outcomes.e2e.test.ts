import { sampleImage } from '@identity-events/vlens-sandbox/sample-image';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ImageName } from './support/captures-client.ts';
import { openTestSystem, type TestSystem } from './support/test-system.ts';

let system: TestSystem;
beforeAll(async () => {
  system = await openTestSystem({ name: 'outcomes', database: 1, env: { worker: { VLENS_WINDOWS: '1000/1s' } } });
});
afterAll(() => system?.close());

/** Waits for the capture's one event. */
async function eventOf(captureId: string) {
  const [record] = await system.until(
    () => system.events.recordsOf(captureId),
    (records) => records.length > 0,
  );
  if (!record) throw new Error('unreachable');
  return record;
}

it('an outcome is a CloudEvent in binary mode, keyed by person, and the capture knows its place in Kafka', async () => {
  const captureId = await system.captures.link('0000', { subject: 'customer-77' });
  const record = await eventOf(captureId);
  expect(record).toMatchObject({ topic: 'identity.verified', key: 'demo:customer-77' });
  expect(record.headers).toMatchObject({
    'content-type': 'application/json',
    ce_specversion: '1.0',
    ce_id: `${captureId}.outcome`,
    ce_source: '/identity-events/demo',
    ce_type: 'identity.verified',
    ce_subject: 'customer-77',
    ce_partitionkey: 'demo:customer-77',
  });
  expect(record.data).toMatchObject({ outcome: 'verified', kind: 'link', tenant: 'demo', subject: 'customer-77' });
  const { topic, partition, offset } = record;
  const view = await system.until(
    () => system.captures.read(captureId),
    (read) => read.event !== undefined,
  );
  expect(view).toMatchObject({ status: 'verified', event: { topic, partition, offset } });
});

it('an event names the address of its schema, where anybody reads it, and is valid by it', async () => {
  for (const scenario of ['0000', '0030']) {
    const { headers, data } = await eventOf(await system.captures.link(scenario));
    const address = headers['ce_dataschema'] ?? '';
    expect(address).toMatch(/^https?:\/\//);
    const response = await fetch(address);
    expect([response.status, response.headers.get('content-type')]).toEqual([
      200,
      'application/schema+json; charset=utf-8',
    ]);
    const { $id, ...schema } = (await response.json()) as { $id: string };
    expect(new URL($id, address).href).toBe(address);
    const validate = new Ajv2020({ strictSchema: false, validateFormats: false }).compile(schema);
    expect(validate(data)).toBe(true);
    expect(validate({ ...data, tenant: 1 })).toBe(false);
  }
});

describe('the outcome of a link', () => {
  it.each([
    ['0010', 'document_not_genuine', 'spoofing'],
    ['0011', 'document_not_genuine', 'spoofing'],
    ['0020', 'liveness_failed', 'face'],
    ['0021', 'liveness_failed', 'face'],
    ['0030', 'aml_match', 'aml'],
    ['0031', 'aml_match', 'aml'],
    ['0040', 'source_check_failed', 'authority'],
    ['0041', 'source_check_failed', 'authority'],
    ['0050', 'identity_not_confirmed', 'authority'],
    ['0060', 'document_unreadable', 'document'],
    ['0070', 'transaction_rejected', 'request'],
    ['0080', 'process_incomplete', 'provider'],
    ['0082', 'process_incomplete', 'provider'],
    ['0090', 'transaction_rejected', 'request'],
  ])('to scenario %s is failed by %s', async (scenario, code, category) => {
    const record = await eventOf(await system.captures.link(scenario));
    expect(record.topic).toBe('identity.failed');
    expect(record.data).toMatchObject({ outcome: 'failed', reason: { code, category } });
  });

  it('with a token that has expired asks for a new one', async () => {
    const record = await eventOf(await system.captures.link('0000', { userToken: 'sandbox-user-expired-1' }));
    expect(record.data).toMatchObject({ reason: { code: 'user_token_rejected', recapture: false } });
  });
});

describe('the outcome of a national_id', () => {
  it('with good images is verified, by three calls with one transaction id', async () => {
    const captureId = await system.captures.nationalId();
    expect((await eventOf(captureId)).topic).toBe('identity.verified');
    const { transactionId, steps } = await system.captures.read(captureId);
    expect(steps.map((step) => step.name)).toEqual(['id_front', 'id_back', 'liveness']);
    expect((await system.sandbox.calls(transactionId)).map((call) => call.endpoint)).toEqual([
      'verify/id/front',
      'verify/id/back',
      'verify/liveness/multi',
    ]);
  });

  it.each<[Partial<Record<ImageName, string>>, string, number]>([
    [{ front: 'spoof' }, 'document_not_genuine', 1],
    [{ front: 'expired' }, 'document_expired', 1],
    [{ back: 'expired' }, 'document_expired', 2],
    [{ back: '3101' }, 'document_mismatch', 2],
    [{ face2: 'liveness-false' }, 'liveness_failed', 3],
    [{ face1: 'face-differs' }, 'face_mismatch', 3],
    [{ face1: '4207' }, 'face_not_detected', 3],
    [{ face1: 'aml-hit' }, 'aml_match', 3],
    [{ face1: 'completed-unverified' }, 'identity_not_confirmed', 3],
  ])('with %o is failed by %s after %d calls', async (scenarios, code, calls) => {
    const captureId = await system.captures.nationalId(scenarios);
    const record = await eventOf(captureId);
    expect(record.data).toMatchObject({ outcome: 'failed', reason: { code } });
    const { transactionId } = await system.captures.read(captureId);
    expect(await system.sandbox.calls(transactionId)).toHaveLength(calls);
  });
});

it('a capture before login is announced with its transaction, which a link then verifies', async () => {
  const captureId = await system.captures.nationalId({}, { kind: 'national_id_ocr', userToken: '' });
  const captured = await eventOf(captureId);
  expect(captured.topic).toBe('identity.captured');
  const { transactionId } = captured.data as unknown as { transactionId: string };
  const linked = await eventOf(await system.captures.link('0000', { transactionId }));
  expect(linked).toMatchObject({ topic: 'identity.verified', data: { transactionId } });
});

it('nothing of a capture is left in the image store once it has its outcome', async () => {
  const captureId = await system.captures.nationalId();
  await eventOf(captureId);
  expect(
    await system.until(
      () => system.storedImages(),
      (files) => files.length === 0,
    ),
  ).toEqual([]);
});

it('the evidence of a verified person can be listed, and is the image that was submitted', async () => {
  const phone = '201005550199';
  const captureId = await system.captures.nationalId({}, { subject: 'evidence-1', userToken: `sandbox-user-${phone}` });
  expect((await eventOf(captureId)).topic).toBe('identity.verified');
  const { transactionId } = await system.captures.read(captureId);

  const list = await system.captures.evidence('images', { emailOrPhoneNumber: `+${phone}` });
  expect(list.status).toBe(200);
  const { images } = (await list.json()) as { images: { name: string; fileName: string }[] };
  expect(images.map(({ name }) => name)).toEqual(expect.arrayContaining(['front', 'back', 'face1', 'face2', 'face3']));

  const fileName = images.find(({ name }) => name === 'front')?.fileName ?? '';
  const content = await system.captures.evidence('images/content', { transactionId, fileName });
  expect(content.headers.get('content-type')).toBe('image/jpeg');
  expect(content.headers.get('cache-control')).toBe('no-store');
  expect(Buffer.from(await content.arrayBuffer())).toEqual(sampleImage({ seed: 'evidence-1-front' }));
});
