import { z } from 'zod';
import { ApiFailure } from './api-failure.ts';
import type { Endpoint } from './call.ts';
import { claimTransaction, existingTransaction, readBody } from './request-fields.ts';
import { wholeAnswer } from './whole-answer.ts';

const linkSchema = z.object({ transactionId: z.string().min(1), getExtractedData: z.boolean().nullish() });

/**
 * POST LinkUserWithExistingTransaction (docs page of that name). Linking again as the same user gives the same answer;
 * an incomplete transaction is linked with both flags false; an unknown or foreign one is refused with 5004. None of
 * the three is documented.
 */
export const linkUser: Endpoint = (call, state) => {
  const body = readBody(linkSchema, call.body);
  const transaction = existingTransaction(body.transactionId, call, state);
  if (transaction.base.error !== undefined) throw new ApiFailure(transaction.base.error);
  claimTransaction(transaction, call);
  const wanted = body.getExtractedData ?? false;
  return wholeAnswer(transaction, call, state, { wanted, docType: 'national_id', withMatch: false });
};
