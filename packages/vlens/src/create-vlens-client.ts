import { z } from 'zod';
import { type Caller, createCaller } from './caller.ts';
import { stepImageResult, userImagesResult } from './image-result.ts';
import type { VlensClientOptions } from './options.ts';
import { adminTokensResult, userSessionResult } from './token-result.ts';
import { transactionResult } from './transaction-result.ts';
import { documentBody, facesBody, linkBody } from './verification-requests.ts';
import { ocrBackResult, ocrFrontResult, verifyResult } from './verify-result.ts';
import type { VlensClient } from './vlens-client.ts';

/**
 * Creates a client of the Vlens Digital Identity API. Opens no connection until the first call; call `close` when done.
 *
 * @throws TypeError on options that can't work.
 */
export function createVlensClient(options: VlensClientOptions): VlensClient {
  const caller = createCaller(options);
  return {
    ...userCalls(caller),
    ...ocrCalls(caller),
    ...adminCalls(caller),
    ...accountCalls(caller, options.tenancyName),
    close: caller.close,
  };
}

// The answer to a cancellation has no documented content.
const nothing = z.unknown().transform(() => null);

const userCalls = ({ call }: Caller) =>
  ({
    verifyIdFront: (upload, options) => call('verifyIdFront', { body: documentBody(upload), options }, verifyResult),
    verifyIdBack: (upload, options) => call('verifyIdBack', { body: documentBody(upload), options }, verifyResult),
    verifyLiveness: (upload, options) => call('verifyLiveness', { body: facesBody(upload), options }, verifyResult),
    linkTransaction: (link, options) => call('linkTransaction', { body: linkBody(link), options }, verifyResult),
    cancelIdentity: (options) => call('cancelIdentity', { options }, nothing),
  }) satisfies Partial<VlensClient>;

const ocrCalls = ({ call }: Caller) =>
  ({
    ocrIdFront: (upload, options = {}) => call('ocrIdFront', { body: documentBody(upload), options }, ocrFrontResult),
    ocrIdBack: (upload, options = {}) => call('ocrIdBack', { body: documentBody(upload), options }, ocrBackResult),
    ocrLiveness: (upload, options = {}) => call('ocrLiveness', { body: facesBody(upload), options }, verifyResult),
    ocrFaceMatch: (upload, options = {}) => call('ocrFaceMatch', { body: documentBody(upload), options }, verifyResult),
    ocrAmlValidate: ({ idNumber, name }, options = {}) =>
      call('ocrAmlValidate', { body: { idNumber, name }, options }, verifyResult),
  }) satisfies Partial<VlensClient>;

const adminCalls = ({ call }: Caller) =>
  ({
    getUserImages: (emailOrPhoneNumber, options) =>
      call('getUserImages', { query: { emailOrPhoneNumber }, options }, userImagesResult),
    getStepImage: ({ transactionId, fileName, impersonatedTenantId, logId }, options) => {
      const query = {
        TransactionId: transactionId,
        FileName: fileName,
        ImpersonatedTenantId: impersonatedTenantId,
        LogId: logId,
      };
      return call('getStepImage', { query, options }, stepImageResult);
    },
    getTransaction: (id, options) => call('getTransaction', { query: { id }, options }, transactionResult),
    cancelIdentityForAdmin: (userId, options) => call('cancelIdentityForAdmin', { body: { userId }, options }, nothing),
  }) satisfies Partial<VlensClient>;

const accountCalls = ({ call }: Caller, tenancyName: string | undefined) =>
  ({
    loginAdmin: async ({ userNameOrEmailAddress, password }, options = {}) => {
      if (!tenancyName) throw new TypeError('loginAdmin needs the client option tenancyName');
      const body = { tenancyName, userNameOrEmailAddress, password };
      return call('loginAdmin', { body, options }, adminTokensResult);
    },
    refreshToken: (refreshToken, options = {}) =>
      call('refreshToken', { body: { refreshToken }, options }, adminTokensResult),
    // The names of our input are the provider's.
    registerUser: (registration, options = {}) =>
      call('registerUser', { body: { ...registration }, options }, userSessionResult),
    loginUser: (credentials, options = {}) =>
      call('loginUser', { body: { ...credentials }, options }, userSessionResult),
  }) satisfies Partial<VlensClient>;
