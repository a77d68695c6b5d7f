import { describe, expect, onTestFinished, test } from 'vitest';
import { livenessSuccess } from './answers.fixture.ts';
import { createVlensClient } from './create-vlens-client.ts';
import { startHttpServer } from './local-server.fixture.ts';
import type { CallReport, VlensClientOptions } from './options.ts';
import type { VlensClient } from './vlens-client.ts';

const image = Buffer.from('an image');
const base64 = 'YW4gaW1hZ2U=';
const accessToken = 'token';
const faces = [image, image, image] as const;
const digitalIdentity = '/api/DigitalIdentity';

interface Expected {
  readonly call: (client: VlensClient) => Promise<unknown>;
  readonly url: string;
  /** Undefined: a GET. Null: a POST without a body. */
  readonly body?: unknown;
  readonly bearer: boolean;
  readonly tenancyName?: true;
  /** What the stand-in answers with in `data`, if a plain success will not do. */
  readonly data?: unknown;
}

const card = {
  image,
  transactionId: 'T-1',
  clientTransactionId: 'c',
  requestId: 'r',
  nameCheckValue: 'n',
  country: 'EG',
};
const cardBody = {
  image: base64,
  transaction_id: 'T-1',
  client_transaction_id: 'c',
  request_id: 'r',
  name_check_value: 'n',
  country: 'EG',
  getExtractedData: true,
};
const facesBody = { face_1: base64, face_2: base64, face_3: base64, transaction_id: 'T-1', getExtractedData: true };

// Written from the provider's pages, one row for each endpoint.
const calls: Record<Exclude<keyof VlensClient, 'close'>, Expected> = {
  verifyIdFront: {
    call: (client) => client.verifyIdFront(card, { accessToken }),
    url: `${digitalIdentity}/verify/id/front`,
    body: cardBody,
    bearer: true,
  },
  verifyIdBack: {
    call: (client) => client.verifyIdBack({ image, getExtractedData: false }, { accessToken }),
    url: `${digitalIdentity}/verify/id/back`,
    body: { image: base64, getExtractedData: false },
    bearer: true,
  },
  verifyLiveness: {
    call: (client) => client.verifyLiveness({ faces, transactionId: 'T-1' }, { accessToken }),
    url: `${digitalIdentity}/verify/liveness/multi`,
    body: facesBody,
    bearer: true,
  },
  linkTransaction: {
    call: (client) => client.linkTransaction({ transactionId: 'T-1' }, { accessToken }),
    url: `${digitalIdentity}/LinkUserWithExistingTransaction`,
    body: { transactionId: 'T-1', getExtractedData: true },
    bearer: true,
  },
  cancelIdentity: {
    call: (client) => client.cancelIdentity({ accessToken }),
    url: `${digitalIdentity}/CancelVerifiedDigitalIdentity`,
    body: null,
    bearer: true,
  },
  ocrIdFront: {
    call: (client) => client.ocrIdFront(card),
    url: '/v1/ocr/id/front',
    body: cardBody,
    bearer: false,
  },
  ocrIdBack: {
    call: (client) => client.ocrIdBack(card),
    url: '/v1/ocr/id/back',
    body: cardBody,
    bearer: false,
  },
  ocrLiveness: {
    call: (client) => client.ocrLiveness({ faces, transactionId: 'T-1' }),
    url: '/v1/ocr/liveness/multi',
    body: facesBody,
    bearer: false,
  },
  ocrFaceMatch: {
    call: (client) => client.ocrFaceMatch({ image, transactionId: 'T-1' }),
    url: '/v1/ocr/face/match',
    body: { image: base64, transaction_id: 'T-1', getExtractedData: true },
    bearer: false,
  },
  ocrAmlValidate: {
    call: (client) => client.ocrAmlValidate({ idNumber: '29901230100000', name: 'Salma Sample' }),
    url: '/v1/ocr/aml/validate',
    body: { idNumber: '29901230100000', name: 'Salma Sample' },
    bearer: false,
  },
  getUserImages: {
    call: (client) => client.getUserImages('+201000000000', { accessToken }),
    url: `${digitalIdentity}/GetUserDigitalIdentityImages?emailOrPhoneNumber=%2B201000000000`,
    bearer: true,
  },
  getStepImage: {
    call: (client) =>
      client.getStepImage({ transactionId: 'T-1', fileName: 'a b.jpg', impersonatedTenantId: 7 }, { accessToken }),
    url: `${digitalIdentity}/GetStepImage?TransactionId=T-1&FileName=a+b.jpg&ImpersonatedTenantId=7`,
    bearer: true,
  },
  getTransaction: {
    call: (client) => client.getTransaction('T-1', { accessToken }),
    url: '/api/Transactions/GetTransactionById?id=T-1',
    bearer: true,
    tenancyName: true,
  },
  cancelIdentityForAdmin: {
    call: (client) => client.cancelIdentityForAdmin(4711, { accessToken }),
    url: `${digitalIdentity}/CancelVerifiedDigitalIdentityForAdmin`,
    body: { userId: 4711 },
    bearer: true,
    tenancyName: true,
  },
  loginAdmin: {
    call: (client) => client.loginAdmin({ userNameOrEmailAddress: 'svc', password: 'pw' }),
    url: '/api/credentials/Login',
    body: { tenancyName: 'tenant', userNameOrEmailAddress: 'svc', password: 'pw' },
    bearer: false,
    tenancyName: true,
    data: { accessToken: 'a' },
  },
  refreshToken: {
    call: (client) => client.refreshToken('r'),
    url: '/api/credentials/RefreshToken',
    body: { refreshToken: 'r' },
    bearer: false,
    data: { accessToken: 'a' },
  },
  registerUser: {
    call: (client) => client.registerUser({ phoneNumber: '+201000000000', email: 'a@example.com' }),
    url: `${digitalIdentity}/Register`,
    body: { phoneNumber: '+201000000000', email: 'a@example.com' },
    bearer: false,
  },
  loginUser: {
    call: (client) =>
      client.loginUser({ phoneNumber: '+201000000000', imei: 'i', geoLocation: { latitude: 30, longitude: 31 } }),
    url: `${digitalIdentity}/Login`,
    body: { phoneNumber: '+201000000000', imei: 'i', geoLocation: { latitude: 30, longitude: 31 } },
    bearer: false,
  },
};

async function start(options: Partial<VlensClientOptions> = {}, data?: unknown) {
  const server = await startHttpServer((_, response) => {
    response.end(JSON.stringify({ ...livenessSuccess, data: data ?? livenessSuccess.data }));
  });
  const client = createVlensClient({ baseUrl: server.baseUrl, apiKey: 'key', tenancyName: 'tenant', ...options });
  onTestFinished(() => client.close());
  return { client, server };
}

describe.each(Object.entries(calls))('%s', (_, { call, url, body, bearer, tenancyName, data }) => {
  test('sends exactly the documented path, headers and body', async () => {
    const { client, server } = await start({}, data);

    expect(await call(client)).toMatchObject({ ok: true });

    const [request] = server.requests;
    const { host: _host, connection: _connection, 'content-length': length, ...headers } = request?.headers ?? {};
    expect(`${request?.method} ${request?.url}`).toBe(`${body === undefined ? 'GET' : 'POST'} ${url}`);
    expect(headers).toEqual({
      accept: 'application/json',
      apikey: 'key',
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(bearer && { authorization: 'Bearer token' }),
      ...(tenancyName && { tenancyname: 'tenant' }),
    });
    expect(request?.body ? JSON.parse(request.body) : null).toEqual(body ?? null);
    expect(length).toBe(body === undefined ? undefined : String(request?.body.length));
  });
});

test('without a tenancy name the header is left out, and loginAdmin is refused before anything is sent', async () => {
  const { server } = await start();
  const client = createVlensClient({ baseUrl: server.baseUrl, apiKey: 'key' });
  onTestFinished(() => client.close());

  await client.getTransaction('T-1', { accessToken });
  await expect(client.loginAdmin({ userNameOrEmailAddress: 'svc', password: 'pw' })).rejects.toThrow(TypeError);

  expect(server.requests.map(({ headers }) => headers['tenancyname'])).toEqual([undefined]);
});

test('a path in the base URL is kept', async () => {
  const { server } = await start();
  const client = createVlensClient({ baseUrl: `${server.baseUrl}/vlens/`, apiKey: 'key' });
  onTestFinished(() => client.close());

  await client.cancelIdentity({ accessToken });

  expect(server.requests[0]?.url).toBe('/vlens/api/DigitalIdentity/CancelVerifiedDigitalIdentity');
});

test('an OCR call sends a token if it is given one, and a 401 then speaks of the token', async () => {
  const server = await startHttpServer((_, response) => response.writeHead(401).end());
  const client = createVlensClient({ baseUrl: server.baseUrl, apiKey: 'key' });
  onTestFinished(() => client.close());

  const answers = [await client.ocrIdFront({ image }), await client.ocrIdFront({ image }, { accessToken })];

  expect(answers.map((answer) => answer.ok || answer.fault.reason)).toEqual([
    'api_key_rejected',
    'user_token_rejected',
  ]);
  expect(server.requests.map(({ headers }) => headers.authorization)).toEqual([undefined, 'Bearer token']);
});

test.each(['', ' ', 'a\r\nApiKey: other', 'token ', 'é'])('the token %j is refused, unquoted', async (token) => {
  const { client, server } = await start();

  const refusal = client.cancelIdentity({ accessToken: token });

  await expect(refusal).rejects.toThrow(new TypeError('accessToken must be printable ASCII, and not empty'));
  expect(server.requests).toHaveLength(0);
});

test.each(['', 'api.vlenseg.com', 'ftp://a', 'https://user:pw@a', 'https://a/?q=1', 'https://a/#f'])(
  'the base URL %j is refused, unquoted',
  (baseUrl) => {
    expect(() => createVlensClient({ baseUrl, apiKey: 'key' })).toThrow(/^baseUrl must be/);
  },
);

test('every call is reported once, without personal data', async () => {
  const reports: CallReport[] = [];
  const bodies = [JSON.stringify(livenessSuccess), '{"error_code":3010}', 'not JSON'];
  const server = await startHttpServer((_, response) => response.end(bodies.shift()));
  const client = createVlensClient({
    baseUrl: server.baseUrl,
    apiKey: 'key',
    onCall: (report) => reports.push(report),
  });
  onTestFinished(() => client.close());

  for (let call = 0; call < 3; call += 1) await client.cancelIdentity({ accessToken }).catch(() => {});

  const durationMs = expect.any(Number);
  const endpoint = 'cancelIdentity';
  expect(reports).toEqual([
    { endpoint, outcome: 'ok', status: 200, errorCode: null, durationMs },
    { endpoint, outcome: 'fault', status: 200, errorCode: 3010, durationMs },
    { endpoint, outcome: 'transport_error', status: 200, errorCode: 'response_malformed', durationMs },
  ]);
});

test('a hook that throws does not undo the call', async () => {
  const { client } = await start({
    onCall: () => {
      throw new Error('counting failed');
    },
  });

  expect(await client.cancelIdentity({ accessToken })).toEqual({ ok: true, value: null });
});
