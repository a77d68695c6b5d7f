import { expect, test } from 'vitest';
import { adminTokensResult, userSessionResult } from './token-result.ts';

test('a login yields its tokens', () => {
  const data = { accessToken: 'a', expireInSeconds: 86400, refreshToken: 'r', refreshTokenExpireInSeconds: 604800 };

  expect(adminTokensResult.parse({ data })).toEqual(data);
});

test('after a refresh the new refresh token is the one to keep', () => {
  const data = { accessToken: 'a', encryptedAccessToken: 'e', refreshToken: 'old', newRefreshToken: 'new' };

  expect(adminTokensResult.parse({ data })).toMatchObject({
    accessToken: 'a',
    refreshToken: 'new',
    expireInSeconds: null,
  });
});

test.each([{}, { data: null }, { data: {} }, { data: { accessToken: '' } }])(
  'a login without a token is refused: %j',
  (body) => {
    expect(adminTokensResult.safeParse(body).success).toBe(false);
  },
);

test('a registration yields a session', () => {
  const data = { isDigitalIdentityVerified: false, accessToken: 'a', expireInSeconds: 86400, user: { id: 4711 } };

  expect(userSessionResult.parse({ data })).toEqual({
    accessToken: 'a',
    expireInSeconds: 86400,
    refreshToken: null,
    isDigitalIdentityVerified: false,
    transactionId: null,
    userId: '4711',
    phoneNumberOtpRequestId: null,
    isPhoneNumberConfirmationRequired: null,
  });
});

test('a login that waits for an OTP has no token yet', () => {
  const data = { isPhoneNumberConfirmationRequired: true, phoneNumberOtpRequestId: 'o-1' };

  expect(userSessionResult.parse({ data })).toMatchObject({ accessToken: null, ...data });
});
