import { describe, expect, test } from 'vitest';
import { readAnswer } from './answer.ts';
import { providerCodes } from './error-table.ts';
import { verifyResult } from './verify-result.ts';

// Written from the provider's list of codes, not from the table: code, category, reason, and what may be done.
type Deed = 'retake' | 'retry' | 'operator' | 'give up';
const documented: readonly (readonly [number, string, string, Deed])[] = [
  [400, 'request', 'request_invalid', 'give up'],
  [401, 'request', 'user_token_rejected', 'give up'],
  [403, 'request', 'user_token_rejected', 'give up'],
  [415, 'request', 'media_type_unsupported', 'give up'],
  [422, 'request', 'request_unprocessable', 'give up'],
  [500, 'provider', 'provider_failure', 'retry'],
  [1001, 'document', 'birth_date_invalid', 'retake'],
  [1050, 'document', 'image_quality_low', 'retake'],
  [3001, 'document', 'id_number_invalid', 'retake'],
  [3002, 'document', 'birth_date_invalid', 'retake'],
  [3003, 'document', 'governorate_invalid', 'retake'],
  [3004, 'document', 'id_key_invalid', 'retake'],
  [3005, 'document', 'gender_invalid', 'retake'],
  [3006, 'document', 'release_date_invalid', 'retake'],
  [3007, 'document', 'birth_date_invalid', 'retake'],
  [3008, 'document', 'release_date_invalid', 'retake'],
  [3009, 'document', 'expiry_date_invalid', 'retake'],
  [3010, 'document', 'document_expired', 'give up'],
  [3011, 'document', 'card_not_detected', 'retake'],
  [3013, 'document', 'mrz_invalid', 'retake'],
  [3014, 'document', 'id_photo_without_face', 'retake'],
  [3101, 'document', 'id_number_differs_between_sides', 'retake'],
  [3102, 'document', 'name_differs_between_documents', 'retake'],
  [4001, 'account', 'bundle_key_wrong', 'operator'],
  [4002, 'account', 'bundle_exhausted', 'operator'],
  [4003, 'throttled', 'trials_exceeded', 'retry'],
  [4004, 'account', 'service_not_in_bundle', 'operator'],
  [4005, 'account', 'bundle_disabled', 'operator'],
  [4006, 'account', 'not_subscribed', 'operator'],
  [4007, 'account', 'subscription_expired', 'operator'],
  [4206, 'face', 'several_faces', 'retake'],
  [4207, 'face', 'face_not_detected', 'retake'],
  [4208, 'face', 'face_not_detected', 'retake'],
  [4209, 'face', 'face_not_clear', 'retake'],
  [4210, 'face', 'face_not_clear', 'retake'],
  [5000, 'provider', 'provider_failure', 'retry'],
  [5001, 'document', 'document_unsupported', 'retake'],
  [5002, 'request', 'image_too_large', 'give up'],
  [5003, 'request', 'image_too_many_pixels', 'give up'],
  [5004, 'request', 'transaction_invalid', 'give up'],
  [5005, 'spoofing', 'document_not_genuine', 'retake'],
  [5006, 'document', 'image_not_in_focus', 'retake'],
  [5007, 'request', 'wrong_endpoint', 'give up'],
  [5008, 'document', 'fields_not_readable', 'retake'],
  [7000, 'provider', 'provider_failure', 'retry'],
  [7001, 'provider', 'provider_failure', 'retry'],
  [7002, 'provider', 'provider_failure', 'retry'],
  [7003, 'provider', 'provider_failure', 'retry'],
  [7004, 'provider', 'provider_failure', 'retry'],
  [7005, 'provider', 'provider_failure', 'retry'],
  [7006, 'provider', 'provider_failure', 'retry'],
  [7008, 'provider', 'provider_failure', 'retry'],
];

const context = { endpoint: 'verifyIdFront', credential: 'user', now: 0 } as const;

describe.each([200, 400, 422, 500])('on HTTP %i', (status) => {
  test.each(documented)('code %i is %s: %s, %s', (code, category, reason, deed) => {
    const text = JSON.stringify({ data: null, services: null, error_code: code, error_message: 'Mona Sample' });

    const answer = readAnswer(context, { status, retryAfter: undefined, text }, verifyResult);

    expect(answer).toEqual({
      ok: false,
      fault: {
        category,
        reason,
        retriable: deed === 'retry',
        recapture: deed === 'retake',
        scope: deed === 'operator' ? 'tenant' : 'capture',
        httpStatus: status,
        providerCode: code,
        retryAfterMs: null,
      },
    });
  });
});

test('the table knows no code beyond the documented ones', () => {
  const ownCodes = documented.map(([code]) => code).filter((code) => code > 999);

  expect([...providerCodes.keys()]).toEqual(ownCodes);
});
