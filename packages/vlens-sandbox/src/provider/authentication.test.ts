import { expect, test } from 'vitest';
import { manualClock } from '../manual-clock.fixture.ts';
import { asAdmin, asUser, image, keyOnly, magicId, startTestSandbox } from '../sandbox-client.fixture.ts';

const IMAGES = '/api/DigitalIdentity/GetUserDigitalIdentityImages?emailOrPhoneNumber=x';
const bearer = (token: string) => ({ ...keyOnly, Authorization: `Bearer ${token}` });

test.each([
  ['no API key', {}, 401],
  ['a wrong API key', { ...asUser, ApiKey: 'other' }, 401],
  ['no bearer', keyOnly, 401],
  ['a foreign bearer', bearer('a.b.c'), 401],
  ['an expired bearer', bearer('sandbox-user-expired-1'), 401],
  ['the bearer of an administrator', asAdmin, 403],
  ['the bearer of a user', asUser, 200],
])('link with %s is answered with %i', async (_what, headers, status) => {
  const client = await startTestSandbox();
  expect((await client.link(magicId('0000'), headers as Record<string, string>)).status).toBe(status);
});

test('image endpoints want an administrator', async () => {
  const client = await startTestSandbox();
  expect((await client.get(IMAGES, asUser)).status).toBe(403);
  expect((await client.get(IMAGES, asAdmin)).body.error_message).toBe('User not found.');
});

test.each([undefined, 'Bearer ', 'Bearer sandbox-user-a'])('OCR accepts the bearer %j', async (Authorization) => {
  const client = await startTestSandbox();
  const headers = Authorization === undefined ? keyOnly : { ...keyOnly, Authorization };
  expect((await client.post('/v1/ocr/id/front', { image: image('f') }, headers)).status).toBe(200);
});

test('expired bearers are answered with 403 where so set', async () => {
  const client = await startTestSandbox({ expiredTokenStatus: 403 });
  expect((await client.link(magicId('0000'), bearer('sandbox-user-expired-1'))).status).toBe(403);
});

test('a registered user’s token works until it expires', async () => {
  const clock = manualClock();
  const client = await startTestSandbox({ clock, userTokenSeconds: 60 });
  const registered = await client.post('/api/DigitalIdentity/Register', { phoneNumber: '+201000000001' }, keyOnly);
  const { accessToken, expireInSeconds } = registered.body.data;
  expect(expireInSeconds).toBe(60);
  clock.advance(59_999);
  expect((await client.link(magicId('0000'), bearer(accessToken))).status).toBe(200);
  clock.advance(1);
  expect((await client.link(magicId('0000'), bearer(accessToken))).status).toBe(401);
});

test('a login’s tokens serve the user, and refresh into new ones', async () => {
  const client = await startTestSandbox();
  const body = { phoneNumber: '+201000000001', imei: 'device' };
  const { refreshToken } = (await client.post('/api/DigitalIdentity/Login', body, keyOnly)).body.data;
  const refreshed = await client.post('/api/credentials/RefreshToken', { refreshToken }, keyOnly);
  const { accessToken } = refreshed.body.data;
  expect((await client.link(magicId('0000'), bearer(accessToken))).body.data.user.phoneNumber).toBe('+201000000001');
  expect((await client.link(magicId('0000'), bearer(refreshToken))).status).toBe(403);
});

test('the admin login wants the TenancyName header, equal to the body and to the key’s tenant', async () => {
  const client = await startTestSandbox({ apiKeys: ['key-a:acme'] });
  const login = (header: Record<string, string>, more = {}) => {
    const body = { tenancyName: 'acme', userNameOrEmailAddress: 'a', password: 'b', ...more };
    return client.post('/API/Credentials/login', body, { ApiKey: 'key-a', ...header });
  };
  expect((await login({})).status).toBe(400);
  expect((await login({ TenancyName: 'other' })).status).toBe(401);
  expect((await login({ TenancyName: 'acme' }, { password: 'wrong-password' })).status).toBe(401);
  const { accessToken } = (await login({ TenancyName: 'acme' })).body.data;
  const headers = { ApiKey: 'key-a', Authorization: `Bearer ${accessToken}` };
  expect((await client.get(IMAGES, headers)).body.error_message).toBe('User not found.');
});

test('tenants do not see each other’s transactions', async () => {
  const client = await startTestSandbox({ apiKeys: ['*'] });
  const front = { image: image('f'), getExtractedData: true };
  const { body } = await client.post('/api/DigitalIdentity/verify/id/front', front, { ...asUser, ApiKey: 'one' });
  const id: string = body.data.idFrontData.transaction_id;
  expect((await client.link(id, { ...asUser, ApiKey: 'one' })).body.error_code).toBeNull();
  expect((await client.link(id, { ...asUser, ApiKey: 'two' })).body.error_code).toBe(5004);
});

test.each([
  ['http200', 200, 401],
  ['http422', 422, 401],
  ['all200', 200, 200],
] as const)('error style %s: business errors %i, authentication %i', async (errorStyle, business, authentication) => {
  const client = await startTestSandbox({ errorStyle });
  expect((await client.link(magicId('5005'))).status).toBe(business);
  expect((await client.link(magicId('5005'), keyOnly)).status).toBe(authentication);
});
