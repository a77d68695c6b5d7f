import { expect, test } from 'vitest';
import { readAnswer } from './answer.ts';
import { apiKeyRefused, livenessSuccess } from './answers.fixture.ts';
import type { Credential } from './endpoints.ts';
import type { VlensFault } from './fault.ts';
import { verifyResult } from './verify-result.ts';

interface Given {
  status?: number;
  retryAfter?: string;
  credential?: Credential;
  body: unknown;
}

function read({ status = 200, retryAfter, credential = 'user', body }: Given) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return readAnswer({ endpoint: 'verifyIdFront', credential, now: 0 }, { status, retryAfter, text }, verifyResult);
}

function faultOf(given: Given): VlensFault {
  const answer = read(given);
  if (answer.ok) throw new Error('expected a fault');
  return answer.fault;
}

test.each([null, undefined, 0, '0'])('error_code %o on HTTP 200 is success', (error_code) => {
  expect(read({ body: { ...livenessSuccess, error_code } }).ok).toBe(true);
});

test('a code sent as text counts', () => {
  expect(faultOf({ body: { error_code: '3010' } }).reason).toBe('document_expired');
});

test('a status outside 2xx is a refusal, even with a success in the body', () => {
  expect(faultOf({ status: 503, body: livenessSuccess })).toMatchObject({
    reason: 'provider_unavailable',
    retriable: true,
  });
});

test.each([
  [400, 'request_invalid', false],
  [404, 'not_found', false],
  [408, 'provider_unavailable', true],
  [413, 'image_too_large', false],
  [415, 'media_type_unsupported', false],
  [418, 'provider_error_unknown', false],
  [422, 'request_unprocessable', false],
  [429, 'rate_limited', true],
  [500, 'provider_failure', true],
  [502, 'provider_unavailable', true],
  [504, 'provider_unavailable', true],
  [599, 'provider_error_unknown', true],
])('HTTP %i without a code is %s', (status, reason, retriable) => {
  for (const body of ['<html>', '', '[]', 'null', { title: 'x' }, { error_code: 'text' }, { error_code: 0 }]) {
    expect(faultOf({ status, body })).toMatchObject({ reason, retriable, httpStatus: status, providerCode: null });
  }
});

test.each([
  [200, false],
  [400, false],
  [422, false],
  [408, true],
  [500, true],
  [503, true],
])('an unknown code on HTTP %i is unknown, retriable: %s', (status, retriable) => {
  expect(faultOf({ status, body: { error_code: 3012 } })).toMatchObject({
    category: 'provider',
    reason: 'provider_error_unknown',
    retriable,
    recapture: false,
    providerCode: 3012,
  });
});

test('an unknown code on HTTP 429 is a matter of rate', () => {
  const fault = faultOf({ status: 429, retryAfter: '7', body: { error_code: 9999 } });

  expect(fault).toMatchObject({ category: 'throttled', reason: 'rate_limited', retriable: true, retryAfterMs: 7000 });
});

test.each([401, 403])('%i speaks of the credential that the call carried', (status) => {
  for (const given of [
    { status, body: {} },
    { body: { error_code: status } },
    { status, body: { error_code: 9999 } },
  ]) {
    expect(faultOf({ ...given, credential: 'user' })).toMatchObject({
      category: 'request',
      reason: 'user_token_rejected',
      retriable: false,
      recapture: false,
      scope: 'capture',
    });
    expect(faultOf({ ...given, credential: 'admin' })).toMatchObject({
      category: 'auth',
      reason: 'admin_token_rejected',
      scope: 'capture',
    });
    expect(faultOf({ ...given, credential: 'api-key' })).toMatchObject({
      category: 'auth',
      reason: 'api_key_rejected',
      scope: 'tenant',
    });
  }
});

test('a 401 that names the ApiKey stops the tenant, whoever is calling', () => {
  for (const status of [200, 401]) {
    expect(faultOf({ status, body: apiKeyRefused })).toMatchObject({ reason: 'api_key_rejected', scope: 'tenant' });
  }
});

test.each([null, 400, 422])(
  'with error_code %o on HTTP 422 the first documented validation code decides',
  (error_code) => {
    const errors = [{ code: 12 }, { code: 3101 }, { code: 3001 }];
    const services = { Validations: { validation_errors: [{ field: 'idNumber', errors }] } };

    const fault = faultOf({ status: 422, body: { services, error_code } });

    expect(fault).toMatchObject({ reason: 'id_number_differs_between_sides', providerCode: 3101 });
  },
);

test('validation errors on a success are a value, not a fault', () => {
  const services = { validations: { validation_errors: [{ field: 'idNumber', errors: [{ code: 3001 }] }] } };

  expect(read({ body: { services } }).ok).toBe(true);
});

test.each(['', '<html>', '{"data":', '\u0000'])('%j on HTTP 200 is malformed', (body) => {
  expect(() => read({ body })).toThrow(expect.objectContaining({ code: 'response_malformed', retriable: true }));
});

test.each([
  'null',
  '[]',
  '7',
  '{"error_code":"text"}',
  '{"error_code":true}',
  '{"data":[]}',
  '{"data":{"isDigitalIdentityVerified":"true"}}',
  '{"services":{"liveness":1}}',
  '{"services":{"AML":true}}',
  '{"services":{"validations":{"validation_errors":{}}}}',
])('%s on HTTP 200 is unexpected', (body) => {
  expect(() => read({ body })).toThrow(expect.objectContaining({ code: 'response_unexpected', retriable: false }));
});

test('neither fault nor error repeats a word of the provider', () => {
  const fault = faultOf({
    status: 422,
    body: { error_code: 3010, error_message: 'Mona', error_descriptions: ['Mona'] },
  });

  expect(JSON.stringify(fault)).not.toContain('Mona');
  for (const body of ['{"data":{"user":"Mona"}}', 'Mona']) {
    expect(() => read({ body })).toThrow(expect.not.objectContaining({ message: expect.stringContaining('Mona') }));
  }
});
