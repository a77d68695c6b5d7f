import { expect, test } from 'vitest';
import {
  asAdmin,
  asUser,
  image,
  keyOnly,
  magicId,
  someTransaction,
  startTestSandbox,
} from '../sandbox-client.fixture.ts';
import { departures, documentedShapes as shapes } from './documented-shapes.fixture.ts';

test('link answers in the documented shape, with an AML hit and with a validation error too', async () => {
  const client = await startTestSandbox();
  for (const number of ['0000', '0030', '3001']) {
    expect(departures((await client.link(magicId(number))).body, shapes.link)).toEqual([]);
  }
});

test('the sparse scenario answers exactly what the liveness example shows', async () => {
  const client = await startTestSandbox();
  const { liveness } = await client.verify({ face: 'sparse' });
  expect(departures(liveness.body, shapes.sparseLiveness)).toEqual([]);
  expect(liveness.body).toMatchObject({
    services: { spoofing: { fake: false }, liveness: true, AML: { AML_matched: false }, SRC: { isValid: true } },
    data: { isVerificationProcessCompleted: true, isDigitalIdentityVerified: true },
    error_code: null,
  });
});

test('errors carry null data, null services, a code and a message', async () => {
  const client = await startTestSandbox();
  expect(departures((await client.link(magicId('5004'))).body, shapes.error)).toEqual([]);
});

test('services that did not run are null after the front', async () => {
  const client = await startTestSandbox();
  const { front, back } = await client.verify();
  expect(front.body.services).toMatchObject({ liveness: null, AML: null, SRC: null, spoofing: { fake: false } });
  expect(front.body.data.idBackData).toBeNull();
  expect(departures(back.body.data, shapes.link.data)).toEqual([]);
});

test('without getExtractedData the front answers with its ids only', async () => {
  const client = await startTestSandbox();
  const body = { image: image('f'), client_transaction_id: 'mine', request_id: 'r' };
  const { data } = (await client.post('/api/DigitalIdentity/verify/id/front', body)).body;
  expect(data.idFrontData).toEqual({
    transaction_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    request_id: 'r',
    client_transaction_id: 'mine',
  });
});

test('OCR answers flat data for both sides, and isMatched for a face', async () => {
  const client = await startTestSandbox();
  const body = { image: image('f'), transaction_id: someTransaction, getExtractedData: true };
  const front = await client.post('/v1/ocr/id/front', body, keyOnly);
  const back = await client.post('/v1/ocr/id/back', body, keyOnly);
  const match = await client.post('/v1/ocr/face/match', body, keyOnly);
  expect(departures(front.body.data, shapes.ocrFrontData)).toEqual([]);
  expect(departures(back.body.data, shapes.ocrBackData)).toEqual([]);
  expect(departures(match.body.data, shapes.faceMatchData)).toEqual([]);
});

test('images, logins and registration answer in the documented shape', async () => {
  const client = await startTestSandbox();
  await client.link(magicId('0000'));
  const images = await client.get(
    '/api/DigitalIdentity/GetUserDigitalIdentityImages?emailOrPhoneNumber=%2B201001234567',
  );
  expect(departures(images.body, shapes.userImages)).toEqual([]);
  const query = `TransactionId=${magicId('0000')}&FileName=${images.body.data.idFrontImage}`;
  const step = await client.get(`/api/DigitalIdentity/GetStepImage?${query}`, asAdmin);
  expect(departures(step.body, shapes.stepImage)).toEqual([]);
  const credentials = { tenancyName: 'acme', userNameOrEmailAddress: 'a', password: 'b' };
  const login = await client.post('/api/credentials/Login', credentials, { ...keyOnly, TenancyName: 'acme' });
  expect(departures(login.body, shapes.adminLogin)).toEqual([]);
  const { refreshToken } = login.body.data;
  const refresh = await client.post('/api/credentials/RefreshToken', { refreshToken }, keyOnly);
  expect(departures(refresh.body, shapes.refresh)).toEqual([]);
  const register = await client.post('/api/DigitalIdentity/Register', { phoneNumber: '+201000000001' }, keyOnly);
  expect(departures(register.body, shapes.register)).toEqual([]);
});

test.each([
  ['lower', ['validations']],
  ['capital', ['Validations']],
  ['both', ['validations', 'Validations']],
] as const)('casing %s sends %j', async (validationsCasing, expected) => {
  const client = await startTestSandbox({ validationsCasing });
  const { body } = await client.link(magicId('3001'), asUser);
  expect(Object.keys(body.services).filter((name) => /^validations$/i.test(name))).toEqual(expected);
});
