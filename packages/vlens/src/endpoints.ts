/** Whose credentials the provider's 401 or 403 speaks of: the end user's, the service account's, or the tenant's ApiKey alone. */
export type Credential = 'user' | 'admin' | 'api-key';

/** One call of the provider's API. Paths are relative to the base URL. */
export interface Endpoint {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly credential: Credential;
  /** The `TenancyName` header is documented for this call. */
  readonly sendsTenancyName?: true;
}

/**
 * Every call this client makes, with the credentials that its page asks for.
 *
 * Sources: docs.vlenseg.com "authentication", "digital-identity" and "ocr" with their API reference; the last three are
 * only in the older reference, didoc.vlens.co, which wants `TenancyName` on calls of the service account.
 */
export const endpoints = {
  verifyIdFront: { method: 'POST', path: '/api/DigitalIdentity/verify/id/front', credential: 'user' },
  verifyIdBack: { method: 'POST', path: '/api/DigitalIdentity/verify/id/back', credential: 'user' },
  verifyLiveness: { method: 'POST', path: '/api/DigitalIdentity/verify/liveness/multi', credential: 'user' },
  linkTransaction: {
    method: 'POST',
    path: '/api/DigitalIdentity/LinkUserWithExistingTransaction',
    credential: 'user',
  },

  ocrIdFront: { method: 'POST', path: '/v1/ocr/id/front', credential: 'api-key' },
  ocrIdBack: { method: 'POST', path: '/v1/ocr/id/back', credential: 'api-key' },
  ocrLiveness: { method: 'POST', path: '/v1/ocr/liveness/multi', credential: 'api-key' },
  ocrFaceMatch: { method: 'POST', path: '/v1/ocr/face/match', credential: 'api-key' },
  ocrAmlValidate: { method: 'POST', path: '/v1/ocr/aml/validate', credential: 'api-key' },

  getUserImages: {
    method: 'GET',
    path: '/api/DigitalIdentity/GetUserDigitalIdentityImages',
    credential: 'admin',
  },
  getStepImage: { method: 'GET', path: '/api/DigitalIdentity/GetStepImage', credential: 'admin' },

  loginAdmin: { method: 'POST', path: '/api/credentials/Login', credential: 'admin', sendsTenancyName: true },
  refreshToken: { method: 'POST', path: '/api/credentials/RefreshToken', credential: 'admin' },
  registerUser: { method: 'POST', path: '/api/DigitalIdentity/Register', credential: 'api-key' },
  loginUser: { method: 'POST', path: '/api/DigitalIdentity/Login', credential: 'user' },

  getTransaction: {
    method: 'GET',
    path: '/api/Transactions/GetTransactionById',
    credential: 'admin',
    sendsTenancyName: true,
  },
  cancelIdentity: {
    method: 'POST',
    path: '/api/DigitalIdentity/CancelVerifiedDigitalIdentity',
    credential: 'user',
  },
  cancelIdentityForAdmin: {
    method: 'POST',
    path: '/api/DigitalIdentity/CancelVerifiedDigitalIdentityForAdmin',
    credential: 'admin',
    sendsTenancyName: true,
  },
} as const satisfies Record<string, Endpoint>;

/** Names a call in errors and metrics; free of personal data. */
export type EndpointName = keyof typeof endpoints;
