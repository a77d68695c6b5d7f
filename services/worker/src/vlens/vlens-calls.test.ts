import type { CaptureRecord } from '@identity-events/shared/store/capture-record';
import { createSealer } from '@identity-events/shared/store/seal';
import { openIdentity } from '@identity-events/shared/store/sealed-identity';
import { sealUserToken } from '@identity-events/shared/store/user-token';
import type { VerifyResult } from '@identity-events/vlens/verify-result';
import type { VlensClient } from '@identity-events/vlens/vlens-client';
import { expect, it } from 'vitest';
import { type StepName, stepsOf } from '../captures/evidence.ts';
import { createVlensCalls } from './vlens-calls.ts';

const sealer = createSealer(`k1:${Buffer.alloc(32, 5).toString('base64')}`);
const whose = { id: 'cap_1', tenant: 'demo' };
const capture = {
  ...whose,
  transactionId: '3f2504e0-4f89-41d3-9a0c-0305e82c3301',
  userToken: sealUserToken(sealer, 'token', whose),
} as CaptureRecord;

const sides = {
  front: { name: 'Layla', gender: null, idNumber: '29901010100000' },
  back: { religion: 'nobody keeps that', gender: 'female', husbandName: 'nobody keeps that' },
};

/** A provider that reads a card for those who ask, and remembers who did. */
function createFakeProvider() {
  const asked: unknown[] = [];
  const answer = async ({ getExtractedData }: { getExtractedData?: boolean }) => {
    asked.push(getExtractedData);
    const identity = getExtractedData ? sides : { front: null, back: null };
    const services = { validationErrors: [] } as unknown as VerifyResult['services'];
    return { ok: true, value: { identity, services } as unknown as VerifyResult } as const;
  };
  const methods = ['linkTransaction', 'verifyIdFront', 'verifyIdBack', 'verifyLiveness'];
  const ocr = ['ocrIdFront', 'ocrIdBack', 'ocrLiveness'];
  const client = Object.fromEntries([...methods, ...ocr].map((name) => [name, answer])) as unknown as VlensClient;
  return { asked, client };
}

async function call(step: StepName, keeps: boolean) {
  const { asked, client } = createFakeProvider();
  const images = { get: async () => Buffer.from('image') };
  const calls = createVlensCalls({ clientOf: () => client, images, sealer, keepsIdentity: () => keeps, now: Date.now });
  const prepared = await calls.prepare(step, capture);
  return { asked, result: await prepared(new AbortController().signal) };
}

const ofUsers = [...stepsOf.link, ...stepsOf.national_id];

it.each(ofUsers)('%s asks for the card where it is kept, and seals it beside its evidence', async (step) => {
  const { asked, result } = await call(step, true);
  expect(asked).toEqual([true]);
  expect(JSON.stringify(result)).not.toMatch(/Layla|29901010100000|female/);
  const sealed = new Map([[step, result.sealedIdentity ?? '']]);
  expect(openIdentity(sealer, whose, sealed)).toEqual({ name: 'Layla', idNumber: '29901010100000', gender: 'female' });
  expect(() => openIdentity(sealer, { ...whose, tenant: 'other' }, sealed)).toThrow('could not be opened');
});

it.each([...ofUsers, ...stepsOf.national_id_ocr])('%s does not ask for it where it is not kept', async (step) => {
  const { asked, result } = await call(step, false);
  expect(asked).toEqual([false]);
  expect(result).toEqual({ evidence: expect.any(Object) });
});

it.each(stepsOf.national_id_ocr)('%s never asks for it: nobody is verified by it', async (step) => {
  const { asked, result } = await call(step, true);
  expect(asked).toEqual([false]);
  expect(result).not.toHaveProperty('sealedIdentity');
});
