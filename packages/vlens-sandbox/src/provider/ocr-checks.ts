import { z } from 'zod';
import { syntheticIdentity } from '../identities/synthetic-identity.ts';
import { readScenarioMark } from '../images/scenario-mark.ts';
import type { Effect } from '../scenarios/effect.ts';
import { effectOfMark } from '../scenarios/find-effect.ts';
import { acceptImage } from './accept-image.ts';
import { ApiFailure } from './api-failure.ts';
import type { Endpoint } from './call.ts';
import { identityOf, idsOf } from './extracted-data.ts';
import { captureFields, existingTransaction, readBody } from './request-fields.ts';
import { nothingRan, servicesOf } from './services.ts';

const faceSchema = z.object({ image: z.string().min(1), ...captureFields, transaction_id: z.string().min(1) });
const amlSchema = z.object({ idNumber: z.string().min(1), name: z.string().min(1) });

/**
 * POST /v1/ocr/face/match (docs page "Face match"): compares a face with the front captured before; without one it is
 * refused with 5004.
 */
export const matchFace: Endpoint = (call, state) => {
  const body = readBody(faceSchema, call.body);
  const { effect } = acceptImage(body.image, 'image', state.settings.imageBytesMax);
  const transaction = existingTransaction(body.transaction_id, call, state);
  const front = transaction.steps.front;
  if (front === undefined) throw new ApiFailure(5004, 'The transaction has no ID front.');
  const isMatched = ![transaction.base, front.effect, effect].some(({ faceDiffers }) => faceDiffers);
  const report = { ...nothingRan, fake: effect.fake ?? false };
  return {
    services: servicesOf(report, identityOf(transaction, state), state.settings.validationsCasing),
    data: { isMatched, ...idsOf(transaction) },
    transactionId: transaction.id,
  };
};

/** POST /v1/ocr/aml/validate (docs page "AML validate"). A hit is asked for by the name `vlens-sandbox:aml-hit`. */
export const validateAml: Endpoint = (call, state) => {
  const body = readBody(amlSchema, call.body);
  const mark = readScenarioMark(body.name);
  const effect: Effect = (mark === null ? undefined : effectOfMark(mark)) ?? {};
  if (effect.error !== undefined) throw new ApiFailure(effect.error);
  const identity = { ...syntheticIdentity(state.settings.seed, body.idNumber), idNumber: body.idNumber };
  const report = { ...nothingRan, amlHit: effect.amlHit ?? false };
  const data = {
    isVerificationProcessCompleted: false,
    isDigitalIdentityVerified: false,
    deviceInfo: null,
    user: null,
    idFrontData: null,
    idBackData: null,
  };
  return { services: servicesOf(report, identity, state.settings.validationsCasing), data };
};
