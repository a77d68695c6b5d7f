import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readAnswer } from './answer.ts';
import * as images from './image-result.ts';
import * as tokens from './token-result.ts';
import { transactionResult } from './transaction-result.ts';
import { VlensTransportError } from './transport-error.ts';
import * as verify from './verify-result.ts';

const schemas = {
  verifyResult: verify.verifyResult,
  ocrFrontResult: verify.ocrFrontResult,
  ocrBackResult: verify.ocrBackResult,
  userImagesResult: images.userImagesResult,
  stepImageResult: images.stepImageResult,
  adminTokensResult: tokens.adminTokensResult,
  userSessionResult: tokens.userSessionResult,
  transactionResult,
};

// Arbitrary JSON rarely hits a known member, so half of the cases are objects of known names.
const known = fc.constantFrom(
  ...'data services Services error_code error_message validations Validations validation_errors errors code field'.split(
    ' ',
  ),
  ...'AML AML_matched SRC isValid spoofing fake liveness idFrontData idBackData isDigitalIdentityVerified user id'.split(
    ' ',
  ),
  ...'image accessToken transaction __proto__ toString'.split(' '),
);
const { tree } = fc.letrec((tie) => ({
  tree: fc.oneof(
    { maxDepth: 6, withCrossShrink: true },
    fc.constantFrom(null, true, false, 0, 401, 3010, 1e21, '', '0', 'API key', '/9j/4AAQ'),
    fc.array(tie('tree'), { maxLength: 3 }),
    fc.dictionary(known, tie('tree'), { maxKeys: 8 }),
  ),
}));
const body = fc.oneof(
  fc.json(),
  tree.map((value) => JSON.stringify(value)),
  fc.string(),
);
const status = fc.constantFrom(200, 201, 204, 400, 401, 403, 404, 422, 429, 500, 502, 599);
const retryAfter = fc.option(fc.oneof(fc.string(), fc.nat().map(String)), { nil: undefined });

describe.each(Object.entries(schemas))('%s', (_, schema) => {
  test('any text at all is an answer or the defined error', () => {
    fc.assert(
      fc.property(body, status, retryAfter, (text, httpStatus, header) => {
        try {
          const context = { endpoint: 'verifyIdFront', credential: 'user', now: 0 } as const;
          const answer = readAnswer<unknown>(context, { status: httpStatus, retryAfter: header, text }, schema);
          expect(typeof answer.ok).toBe('boolean');
        } catch (error) {
          expect(error).toBeInstanceOf(VlensTransportError);
        }
      }),
      { numRuns: 500 },
    );
  });
});
