import { z } from 'zod';
import type { Effect } from '../scenarios/effect.ts';
import type { SandboxState } from '../state/sandbox-state.ts';
import { imageFileName, type Transaction } from '../state/transaction.ts';
import { stepParts } from '../state/transaction-store.ts';
import { type AcceptedImage, acceptImage } from './accept-image.ts';
import { ApiFailure } from './api-failure.ts';
import type { Endpoint } from './call.ts';
import { captureFields, existingTransaction, noteCapture, optionalText, readBody } from './request-fields.ts';
import { wholeAnswer } from './whole-answer.ts';

const face = z.string().min(1);
const facesSchema = z.object({ face_1: face, face_2: face, face_3: face, image: optionalText, ...captureFields });

/**
 * POST verify/liveness/multi (docs page "Verify liveness multi") and the OCR call of the same body. Byte-equal faces
 * fail liveness. Before both sides of the card it is refused with 5004: the rule is documented, the code is not.
 */
export const submitFaces: Endpoint = (call, state) => {
  const body = readBody(facesSchema, call.body);
  const faces = (['face_1', 'face_2', 'face_3'] as const).map((field) =>
    acceptImage(body[field], field, state.settings.imageBytesMax),
  );
  const transaction = existingTransaction(body.transaction_id ?? '', call, state);
  noteCapture(transaction, body, call);
  if (!transaction.steps.front || !transaction.steps.back) {
    throw new ApiFailure(5004, 'Both sides of the ID must be captured before liveness.');
  }
  if (transaction.base.error !== undefined) throw new ApiFailure(transaction.base.error);
  recordFaces(faces, transaction, state);
  const wanted = body.getExtractedData ?? false;
  return wholeAnswer(transaction, call, state, { wanted, docType: null, withMatch: true });
};

function recordFaces(faces: readonly AcceptedImage[], transaction: Transaction, state: SandboxState): void {
  const epochMs = state.clock.epochMs();
  const fileNames = faces.map(({ bytes, format }, index) => {
    const part = stepParts.liveness[index] ?? 'liveness';
    const fileName = imageFileName(transaction.ownerId, part, epochMs, format);
    state.images.keep(transaction.id, fileName, bytes);
    return fileName;
  });
  transaction.steps.liveness = { effect: effectOfFaces(faces), epochMs, fileNames };
}

function effectOfFaces(faces: readonly AcceptedImage[]): Effect {
  const marked = faces.reduce<Effect>((all, { effect }) => Object.assign(all, effect), {});
  return haveTwins(faces) ? { ...marked, notLive: true } : marked;
}

function haveTwins(faces: readonly AcceptedImage[]): boolean {
  return faces.some(({ bytes }, index) => faces.slice(index + 1).some((other) => bytes.equals(other.bytes)));
}
