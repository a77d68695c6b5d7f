import { z } from 'zod';
import type { SandboxState } from '../state/sandbox-state.ts';
import type { Transaction } from '../state/transaction.ts';
import { ApiFailure } from './api-failure.ts';
import type { Call } from './call.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** A field that may be a string, null or missing. */
export const optionalText = z.string().nullish();

/** The ids that every capture call may carry, beside the wish for extracted data. */
export const captureFields = {
  transaction_id: optionalText,
  client_transaction_id: optionalText,
  request_id: optionalText,
  getExtractedData: z.boolean().nullish(),
};

/** The ids of a capture call, as sent. */
export interface CaptureIds {
  readonly transaction_id?: string | null | undefined;
  readonly client_transaction_id?: string | null | undefined;
  readonly request_id?: string | null | undefined;
}

/** Reads a body, or throws 400 with one description for each faulty field. */
export function readBody<Output>(schema: z.ZodType<Output>, body: unknown): Output {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const descriptions = result.error.issues.map(({ path, message }) => ({ field: path.join('.'), message }));
  throw new ApiFailure(400, undefined, descriptions);
}

/** A query parameter, or throws 400 if it is missing or empty. */
export function requiredQuery(call: Call, name: string): string {
  const value = call.query.get(name.toLowerCase()) ?? '';
  if (value === '') throw new ApiFailure(400, undefined, [{ field: name, message: 'required' }]);
  return value;
}

/** A transaction of the tenant; throws 5004 if the id is none of its own. */
export function existingTransaction(id: string, call: Call, state: SandboxState): Transaction {
  const transaction = UUID.test(id) ? state.transactions.find(call.tenant.name, id) : undefined;
  if (transaction === undefined) throw new ApiFailure(5004);
  return transaction;
}

/**
 * The transaction a capture joins; a new one if none is named or the name is unknown. Throws 5004 if it is another
 * user's.
 */
export function joinTransaction(ids: CaptureIds, call: Call, state: SandboxState): Transaction {
  const id = ids.transaction_id || state.random.uuid();
  if (!UUID.test(id)) throw new ApiFailure(5004);
  const transaction = state.transactions.open(call.tenant.name, id);
  noteCapture(transaction, ids, call);
  return transaction;
}

/** Claims the transaction for the caller and notes the caller's own ids on it. Throws 5004 if it is another user's. */
export function noteCapture(transaction: Transaction, ids: CaptureIds, call: Call): void {
  claimTransaction(transaction, call);
  transaction.clientTransactionId = ids.client_transaction_id ?? transaction.clientTransactionId;
  transaction.requestId = ids.request_id ?? transaction.requestId;
}

/**
 * Makes the caller, if an end user, the transaction's owner; doing so again changes nothing. Throws 5004 if it is
 * another user's.
 */
export function claimTransaction(transaction: Transaction, { user }: Call): void {
  if (user === null) return;
  const { base, isMagic, ownerId } = transaction;
  const isForeign = base.linkedElsewhere || (!isMagic && (ownerId ?? user.id) !== user.id);
  if (isForeign) throw new ApiFailure(5004, 'The transaction belongs to another user.');
  transaction.ownerId = user.id;
  user.transactionId = transaction.id;
}
