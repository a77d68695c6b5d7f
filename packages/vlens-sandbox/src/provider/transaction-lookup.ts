import { fullName } from '../identities/synthetic-identity.ts';
import type { StepName } from '../scenarios/effect.ts';
import type { Transaction } from '../state/transaction.ts';
import type { Call, Endpoint } from './call.ts';
import { identityOf } from './extracted-data.ts';
import { existingTransaction, requiredQuery } from './request-fields.ts';
import { judge } from './verdict.ts';

/**
 * GET Transactions/GetTransactionById (older docs page "Get verify data"). The list of steps is cut in the docs: its
 * members are partly invented.
 */
export const getTransaction: Endpoint = (call, state) => {
  const transaction = existingTransaction(requiredQuery(call, 'id'), call, state);
  const verdict = judge(transaction, state.settings);
  const identity = identityOf(transaction, state);
  const owner = transaction.ownerId === null ? undefined : state.users.find(transaction.ownerId);
  const known = transaction.steps.front ? identity : null;
  return {
    data: {
      transaction: {
        stepsCount: verdict.finished.length,
        fullName: known && fullName(known).arabic,
        isMatched: verdict.faceMatches,
        idNumber: known && known.idNumber,
        creationTime: new Date(transaction.createdMs).toISOString(),
        clientTransactionId: transaction.clientTransactionId,
        isVerified: verdict.verified,
        creatorUserId: transaction.ownerId,
        id: transaction.id,
      },
      transactionItems: {
        lazyLoadImages: true,
        hasOtherSteps: false,
        phoneNumber: owner?.phoneNumber ?? null,
        digitalIdentityData: [
          { name: 'FullName', value: known && fullName(known).arabic },
          { name: 'IdNumber', value: known && known.idNumber },
          { name: 'PhoneNumber', value: owner?.phoneNumber ?? null },
        ],
        deviceInfo: deviceInfo(call, transaction),
        isDigitalIdentityVerified: owner?.isVerified ?? false,
        steps: verdict.finished.map((step) => stepItem(step, transaction)),
      },
    },
    transactionId: transaction.id,
  };
};

function stepItem(step: StepName, { id, clientTransactionId }: Transaction): object {
  return { transactionId: id, clientTransactionId, type: step === 'liveness' ? 'face_match' : `id_${step}` };
}

/** Times here have the docs' legacy form `05/09/2024 09:22:03`, day first. */
function deviceInfo(call: Call, { createdMs }: Transaction): object {
  const [date = '', time = ''] = new Date(createdMs).toISOString().slice(0, 19).split('T');
  const legacy = `${date.split('-').reverse().join('/')} ${time}`;
  return {
    deviceId: `sandbox-${call.tenant.keyHash}`,
    imei: null,
    imsi: null,
    geoLocation: JSON.stringify({ latitude: 30.0444, longitude: 31.2357 }),
    ipAddress: '192.0.2.1',
    timezone: 'Africa/Cairo',
    currentTimestamp: legacy,
    isActive: true,
    creationTime: legacy,
  };
}
