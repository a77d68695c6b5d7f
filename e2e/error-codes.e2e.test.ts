import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestSystem, type TestSystem } from './support/test-system.ts';

let system: TestSystem;
beforeAll(async () => {
  system = await openTestSystem({
    name: 'error-codes',
    database: 4,
    env: {
      worker: {
        VLENS_WINDOWS: '1000/1s',
        // One failed call ends a capture, and never closes the gate.
        VLENS_FAILED_CALLS_MAX: '1',
        VLENS_BREAKER_FAILURES: '100',
        VLENS_ACCOUNT_PROBE_MS: '1000',
      },
    },
  });
});
afterAll(() => system?.close());

/** Every code that the provider's documentation names, with the reason that subscribers get. */
const reasonOfCode: readonly (readonly [code: string, reason: string, category: string])[] = [
  ['0400', 'request_rejected', 'request'],
  ['0403', 'user_token_rejected', 'request'],
  ['0415', 'image_rejected', 'request'],
  ['0422', 'request_rejected', 'request'],
  ['0500', 'provider_unavailable', 'provider'],
  ['1001', 'document_unreadable', 'document'],
  ['1050', 'document_unclear', 'document'],
  ['3001', 'document_unreadable', 'document'],
  ['3002', 'document_unreadable', 'document'],
  ['3003', 'document_unreadable', 'document'],
  ['3004', 'document_unreadable', 'document'],
  ['3005', 'document_unreadable', 'document'],
  ['3006', 'document_unreadable', 'document'],
  ['3007', 'document_unreadable', 'document'],
  ['3008', 'document_unreadable', 'document'],
  ['3009', 'document_unreadable', 'document'],
  ['3010', 'document_expired', 'document'],
  ['3011', 'document_not_detected', 'document'],
  ['3013', 'document_unreadable', 'document'],
  ['3014', 'document_photo_missing', 'document'],
  ['3101', 'document_mismatch', 'document'],
  ['3102', 'document_mismatch', 'document'],
  ['4003', 'provider_unavailable', 'provider'],
  ['4206', 'face_multiple', 'face'],
  ['4207', 'face_not_detected', 'face'],
  ['4208', 'face_not_detected', 'face'],
  ['4209', 'face_unclear', 'face'],
  ['4210', 'face_unclear', 'face'],
  ['5000', 'provider_unavailable', 'provider'],
  ['5001', 'document_unsupported', 'document'],
  ['5002', 'image_rejected', 'request'],
  ['5003', 'image_rejected', 'request'],
  ['5004', 'transaction_rejected', 'request'],
  ['5005', 'document_not_genuine', 'spoofing'],
  ['5006', 'document_unclear', 'document'],
  ['5007', 'request_rejected', 'request'],
  ['5008', 'document_unreadable', 'document'],
  ['7000', 'provider_unavailable', 'provider'],
  ['7001', 'provider_unavailable', 'provider'],
  ['7002', 'provider_unavailable', 'provider'],
  ['7003', 'provider_unavailable', 'provider'],
  ['7004', 'provider_unavailable', 'provider'],
  ['7005', 'provider_unavailable', 'provider'],
  ['7006', 'provider_unavailable', 'provider'],
  ['7008', 'provider_unavailable', 'provider'],
];

async function outcomeOf(captureId: string) {
  const [record] = await system.until(
    () => system.events.recordsOf(captureId),
    (found) => found.length > 0,
  );
  return record?.data;
}

describe.each(['http200', 'http422'])('a refusal sent in the style %s', (errorStyle) => {
  beforeAll(() => system.sandbox.changeSettings({ errorStyle }));

  it.each(reasonOfCode)('with code %s is failed by %s', async (code, reason, category) => {
    // The sandbox answers such a transaction with the code at the top, whatever it means elsewhere.
    const transactionId = `00000000-0000-4000-8000-00000001${code}`;
    const data = await outcomeOf(await system.captures.link('0000', { transactionId }));
    expect(data).toMatchObject({ outcome: 'failed', reason: { code: reason, category } });
    if (Number(code) >= 1000) expect(data).toMatchObject({ reason: { providerCode: Number(code) } });
  });
});

it('a code that nobody documented fails closed', async () => {
  await system.sandbox.addFault({
    kind: 'error',
    endpoint: 'LinkUserWithExistingTransaction',
    errorCode: 9999,
    times: 1,
  });
  expect(await outcomeOf(await system.captures.link('0000'))).toMatchObject({
    outcome: 'failed',
    reason: { code: 'provider_error', providerCode: 9999 },
  });
});

it.each([4001, 4002, 4004, 4005, 4006, 4007])(
  'an account refused with %d holds the capture, says so, and goes on when the account is mended',
  async (errorCode) => {
    await system.sandbox.addFault({ kind: 'error', endpoint: 'LinkUserWithExistingTransaction', errorCode, times: 1 });
    const captureId = await system.captures.link('0000');
    const health = async () =>
      (await (await fetch(`${system.system.workerUrl}/readyz`)).json()) as {
        provider: { demo: { closed: boolean; why: string } };
      };
    await system.until(health, ({ provider }) => provider.demo.closed);
    expect(await system.captures.read(captureId)).toMatchObject({ status: 'processing' });
    expect(await outcomeOf(captureId)).toMatchObject({ outcome: 'verified' });
    expect((await health()).provider.demo).toMatchObject({ closed: false, served: true });
  },
);
