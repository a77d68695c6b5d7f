import { sampleImage } from '../sample-image.ts';
import type { Transaction } from '../state/transaction.ts';
import { ApiFailure } from './api-failure.ts';
import type { Endpoint } from './call.ts';
import { existingTransaction, requiredQuery } from './request-fields.ts';

/**
 * GET GetUserDigitalIdentityImages (docs page of that name): file names of the user's latest transaction, null for
 * steps it lacks.
 */
export const getUserImages: Endpoint = (call, state) => {
  const contact = requiredQuery(call, 'emailOrPhoneNumber');
  const user = state.users.findByContact(call.tenant.name, contact);
  if (user === undefined) throw new ApiFailure(400, 'User not found.');
  const transaction =
    user.transactionId === null ? undefined : state.transactions.find(call.tenant.name, user.transactionId);
  const faces = transaction?.steps.liveness?.fileNames ?? [];
  return {
    data: {
      idFrontImage: transaction?.steps.front?.fileNames[0] ?? null,
      idBackImage: transaction?.steps.back?.fileNames[0] ?? null,
      livenessImage: faces[0] ?? null,
      livenessFace01Image: faces[0] ?? null,
      livenessFace02Image: faces[1] ?? null,
      livenessFace03Image: faces[2] ?? null,
    },
    ...(transaction && { transactionId: transaction.id }),
  };
};

/**
 * GET GetStepImage (docs page of that name, whose example has `error_code` 0): the uploaded image, or a synthetic one
 * once it is forgotten.
 */
export const getStepImage: Endpoint = (call, state) => {
  const transaction = existingTransaction(requiredQuery(call, 'TransactionId'), call, state);
  const fileName = requiredQuery(call, 'FileName');
  if (!fileNamesOf(transaction).includes(fileName)) throw new ApiFailure(400, 'File not found.');
  const format = fileName.endsWith('.png') ? 'png' : 'jpeg';
  const image =
    state.images.find(transaction.id, fileName) ?? sampleImage({ seed: `${transaction.id}/${fileName}`, format });
  return { data: { image: image.toString('base64') }, errorCode: 0, transactionId: transaction.id };
};

function fileNamesOf({ steps }: Transaction): readonly string[] {
  return [steps.front, steps.back, steps.liveness].flatMap((step) => step?.fileNames ?? []);
}
