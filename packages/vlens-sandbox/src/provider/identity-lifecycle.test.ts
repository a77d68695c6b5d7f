import { expect, test } from 'vitest';
import { asAdmin, asUser, image, magicId, someTransaction, startTestSandbox } from '../sandbox-client.fixture.ts';

const CANCEL = '/api/DigitalIdentity/CancelVerifiedDigitalIdentity';
const LOOKUP = `/api/Transactions/GetTransactionById?id=${someTransaction}`;

test('a transaction can be looked up, with its steps and its user', async () => {
  const client = await startTestSandbox();
  const { liveness } = await client.verify();
  const { data } = (await client.get(LOOKUP)).body;
  expect(data.transaction).toMatchObject({
    id: someTransaction,
    stepsCount: 3,
    isMatched: true,
    isVerified: true,
    idNumber: liveness.body.data.idFrontData.idNumber,
    creatorUserId: liveness.body.data.user.id,
  });
  expect(data.transactionItems.steps.map((step: { type: string }) => step.type)).toEqual([
    'id_front',
    'id_back',
    'face_match',
  ]);
  expect(data.transactionItems.deviceInfo.currentTimestamp).toMatch(/^\d\d\/\d\d\/\d{4} \d\d:\d\d:\d\d$/);
});

test('ids are looked up without regard to case, unknown ones answered with 5004', async () => {
  const client = await startTestSandbox();
  await client.verify();
  expect((await client.get(LOOKUP.toUpperCase())).status).toBe(200);
  expect((await client.get(LOOKUP.replace('5f0f', '5f0e'))).body.error_code).toBe(5004);
});

test('a user’s verified identity can be cancelled by the user and by an administrator', async () => {
  const client = await startTestSandbox();
  const isVerified = async () => (await client.get(LOOKUP)).body.data.transactionItems.isDigitalIdentityVerified;
  const { liveness } = await client.verify();
  const userId: number = liveness.body.data.user.id;
  expect(await isVerified()).toBe(true);
  await client.post(CANCEL, {}, asUser);
  expect(await isVerified()).toBe(false);
  await client.verify();
  await client.post(`${CANCEL}ForAdmin`, { userId }, asAdmin);
  expect(await isVerified()).toBe(false);
  expect((await client.post(`${CANCEL}ForAdmin`, { userId: 1 }, asAdmin)).status).toBe(400);
  expect((await client.post(`${CANCEL}ForAdmin`, {}, asAdmin)).status).toBe(400);
});

test('AML validation finds a hit by name', async () => {
  const client = await startTestSandbox();
  const check = (name: string) => client.post('/v1/ocr/aml/validate', { idNumber: '29901234567890', name });
  expect((await check('Somebody')).body.services.AML.AML_matched).toBe(false);
  const hit = (await check('vlens-sandbox:aml-hit')).body.services.AML;
  expect(hit).toMatchObject({ AML_matched: true, data: [{ idNumber: '29901234567890' }] });
});

test('face match needs a front, and tells a different face', async () => {
  const client = await startTestSandbox();
  const match = (transaction_id: string) => client.post('/v1/ocr/face/match', { image: image('face'), transaction_id });
  expect((await match(someTransaction)).body.error_code).toBe(5004);
  expect((await match(magicId('0000'))).body.data.isMatched).toBe(true);
  expect((await match(magicId('0025'))).body.data.isMatched).toBe(false);
});
