import type { BearerRule, Endpoint, Route } from './call.ts';
import { cancelIdentityForAdmin, cancelOwnIdentity } from './cancel-identity.ts';
import { adminLogin, refreshToken } from './credentials.ts';
import { register, userLogin } from './end-users.ts';
import { linkUser } from './link-user.ts';
import { matchFace, validateAml } from './ocr-checks.ts';
import { submitFaces } from './submit-faces.ts';
import { submitSide } from './submit-side.ts';
import { getTransaction } from './transaction-lookup.ts';
import { getStepImage, getUserImages } from './user-images.ts';

/** Every endpoint of the provider that the sandbox stands in for. */
export const providerRoutes: readonly Route[] = [
  identity('POST', 'verify/id/front', 'user', submitSide('front', 'nested')),
  identity('POST', 'verify/id/back', 'user', submitSide('back', 'nested')),
  identity('POST', 'verify/liveness/multi', 'user', submitFaces),
  identity('POST', 'LinkUserWithExistingTransaction', 'user', linkUser),
  plain('GET', '/api/DigitalIdentity/GetUserDigitalIdentityImages', 'admin', getUserImages),
  plain('GET', '/api/DigitalIdentity/GetStepImage', 'admin', getStepImage),
  plain('POST', '/api/DigitalIdentity/Register', 'none', register),
  plain('POST', '/api/DigitalIdentity/Login', 'none', userLogin, 'DigitalIdentity/Login'),
  plain('POST', '/api/DigitalIdentity/CancelVerifiedDigitalIdentity', 'user', cancelOwnIdentity),
  plain('POST', '/api/DigitalIdentity/CancelVerifiedDigitalIdentityForAdmin', 'admin', cancelIdentityForAdmin),
  plain('POST', '/api/credentials/Login', 'none', adminLogin, 'credentials/Login'),
  plain('POST', '/api/credentials/RefreshToken', 'none', refreshToken),
  plain('GET', '/api/Transactions/GetTransactionById', 'admin', getTransaction),
  ocr('id/front', submitSide('front', 'flat')),
  ocr('id/back', submitSide('back', 'flat')),
  ocr('liveness/multi', submitFaces),
  ocr('face/match', matchFace),
  ocr('aml/validate', validateAml),
];

function identity(method: 'GET' | 'POST', name: string, bearer: BearerRule, answer: Endpoint): Route {
  return { method, path: `/api/DigitalIdentity/${name}`, endpoint: name, bearer, hasServices: true, answer };
}

/** Unless named, an endpoint is called by the last part of its path. */
function plain(
  method: 'GET' | 'POST',
  path: string,
  bearer: BearerRule,
  answer: Endpoint,
  endpoint = path.slice(path.lastIndexOf('/') + 1),
): Route {
  return { method, path, endpoint, bearer, hasServices: false, answer };
}

function ocr(name: string, answer: Endpoint): Route {
  return {
    method: 'POST',
    path: `/v1/ocr/${name}`,
    endpoint: `ocr/${name}`,
    bearer: 'optional',
    hasServices: true,
    answer,
  };
}
