import { expect, test } from 'vitest';
import {
  asAdmin,
  asOtherUser,
  image,
  keyOnly,
  magicId,
  someTransaction,
  startTestSandbox,
  threeFaces,
} from '../sandbox-client.fixture.ts';

const FRONT = '/api/DigitalIdentity/verify/id/front';
const BACK = '/api/DigitalIdentity/verify/id/back';
const LIVENESS = '/api/DigitalIdentity/verify/liveness/multi';
const transaction_id = someTransaction;

test('back may come before front', async () => {
  const client = await startTestSandbox();
  await client.post(BACK, { image: image('b'), transaction_id });
  await client.post(FRONT, { image: image('f'), transaction_id });
  const { body } = await client.post(LIVENESS, { ...threeFaces(), transaction_id });
  expect(body.data).toMatchObject({ isVerificationProcessCompleted: true, isDigitalIdentityVerified: true });
});

test.each([
  ['front', FRONT],
  ['back', BACK],
])('liveness after the %s alone is refused with 5004', async (_side, path) => {
  const client = await startTestSandbox();
  await client.post(path, { image: image('x'), transaction_id });
  const { body } = await client.post(LIVENESS, { ...threeFaces(), transaction_id });
  expect(body.error_code).toBe(5004);
});

test('the transaction made for a front without an id serves the other steps', async () => {
  const client = await startTestSandbox();
  const front = await client.post(FRONT, { image: image('f'), getExtractedData: true });
  const made: string = front.body.data.idFrontData.transaction_id;
  const { liveness } = await client.verify({}, made);
  expect(liveness.body.data.isDigitalIdentityVerified).toBe(true);
});

test('a step submitted again replaces the failed one', async () => {
  const client = await startTestSandbox();
  const first = await client.verify({ back: 'expired', face: 'liveness-false' });
  const second = await client.verify();
  expect(first.liveness.body.data.isDigitalIdentityVerified).toBe(false);
  expect(second.liveness.body.data.isDigitalIdentityVerified).toBe(true);
});

test('a refused side does not count as captured', async () => {
  const { liveness } = await (await startTestSandbox()).verify({ front: '5006' });
  expect(liveness.body.error_code).toBe(5004);
});

test('byte-equal faces fail liveness', async () => {
  const client = await startTestSandbox();
  await client.verify();
  const faces = { ...threeFaces(), face_3: threeFaces().face_1 };
  const { body } = await client.post(LIVENESS, { ...faces, transaction_id });
  expect(body.services.liveness).toBe(false);
  expect(body.data.isDigitalIdentityVerified).toBe(false);
});

test('an OCR transaction is linked after login, and linking again answers the same', async () => {
  const client = await startTestSandbox();
  for (const side of ['front', 'back']) {
    await client.post(`/v1/ocr/id/${side}`, { image: image(side), transaction_id }, keyOnly);
  }
  const ocr = await client.post('/v1/ocr/liveness/multi', { ...threeFaces(), transaction_id }, keyOnly);
  const first = await client.link(transaction_id);
  const again = await client.link(transaction_id);
  expect(ocr.body.data).toMatchObject({ isVerificationProcessCompleted: true, isDigitalIdentityVerified: false });
  expect(first.body.data.isDigitalIdentityVerified).toBe(true);
  expect(again.body).toEqual(first.body);
});

test('an unfinished transaction is linked with both flags false, and can still be finished', async () => {
  const client = await startTestSandbox();
  await client.post(FRONT, { image: image('f'), transaction_id });
  const early = await client.link(transaction_id);
  const { liveness } = await client.verify();
  const unfinished = { isVerificationProcessCompleted: false, isDigitalIdentityVerified: false };
  expect(early.body).toMatchObject({ data: unfinished, services: { liveness: null }, error_code: null });
  expect(liveness.body.data.isDigitalIdentityVerified).toBe(true);
});

test('a transaction of one user can neither be linked nor continued by another', async () => {
  const client = await startTestSandbox();
  await client.verify();
  const linked = await client.link(transaction_id, asOtherUser);
  const continued = await client.post(FRONT, { image: image('f'), transaction_id }, asOtherUser);
  expect([linked.body.error_code, continued.body.error_code]).toEqual([5004, 5004]);
});

test('a magic transaction can be linked by any user, and shows the one who asks', async () => {
  const client = await startTestSandbox();
  const first = await client.link(magicId('0000'));
  const second = await client.link(magicId('0000'), asOtherUser);
  expect(first.body.data).toMatchObject({ isDigitalIdentityVerified: true, user: { phoneNumber: '+201001234567' } });
  expect(second.body.data).toMatchObject({ isDigitalIdentityVerified: true, user: { phoneNumber: '+201007654321' } });
});

test('an unknown or malformed transaction id is answered with 5004', async () => {
  const client = await startTestSandbox();
  const ids = ['9b2f3c61-9a50-4a3e-8d5e-0d3f4a1b2c3d', 'not a uuid'];
  for (const id of ids) expect((await client.link(id)).body.error_code).toBe(5004);
});

test.each([
  ['not JPEG or PNG', Buffer.from('GIF89a and so on').toString('base64'), 415, 415],
  ['not base64', '%%%%', 400, 400],
  ['with a data URI prefix', `data:image/jpeg;base64,${image('f')}`, 400, 400],
  ['above 5 MB', image('f', undefined, { bytesMin: 5 * 1024 * 1024 + 1 }), 200, 5002],
  ['just below 5 MB', image('f', undefined, { bytesMin: 5 * 1024 * 1024 - 70_000 }), 200, null],
  ['above 25 megapixels', image('f', undefined, { width: 5001, height: 5000 }), 200, 5003],
  ['of 25 megapixels', image('f', undefined, { width: 5000, height: 5000 }), 200, null],
  ['PNG', image('f', undefined, { format: 'png' }), 200, null],
])('an image %s', async (_what, base64, status, code) => {
  const reply = await (await startTestSandbox()).post(FRONT, { image: base64 });
  expect([reply.status, reply.body.error_code]).toEqual([status, code]);
});

test('a missing field is described', async () => {
  const client = await startTestSandbox();
  const { body, status } = await client.post(LIVENESS, { face_1: image('1'), face_2: image('2') });
  expect([status, body.error_message]).toEqual([400, 'Bad Request - Input parameters are invalid.']);
  expect(body.error_descriptions).toMatchObject([{ field: 'face_3' }]);
});

test('images come back as they were uploaded, and a synthetic one once forgotten', async () => {
  const client = await startTestSandbox({ imageMemoryBytesMax: 2_000 });
  await client.verify();
  const list = '/api/DigitalIdentity/GetUserDigitalIdentityImages?emailOrPhoneNumber=%2B201001234567';
  const { data } = (await client.get(list, asAdmin)).body;
  expect(data.livenessFace02Image).toMatch(/^user\d+_liveness_02_\d{8}\.jpg$/);
  const path = `/api/DigitalIdentity/GetStepImage?TransactionId=${transaction_id}&FileName=${data.livenessFace02Image}`;
  expect((await client.get(path)).body.data.image).toBe(image('face 2'));
  for (let index = 0; index < 10; index += 1) await client.post(FRONT, { image: image(`filler ${index}`) });
  const later = (await client.get(path)).body.data.image;
  expect(later).not.toBe(image('face 2'));
  expect(Buffer.from(later, 'base64').readUInt16BE(0)).toBe(0xffd8);
});
