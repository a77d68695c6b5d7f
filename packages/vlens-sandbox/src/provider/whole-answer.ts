import type { SandboxState } from '../state/sandbox-state.ts';
import type { Transaction } from '../state/transaction.ts';
import type { Answer, Call } from './call.ts';
import { idBackData, identityOf, idFrontData, userData } from './extracted-data.ts';
import { servicesOf, sparseServicesOf } from './services.ts';
import { judge, type Verdict } from './verdict.ts';

/** What else an answer depends on. */
export interface AnswerOptions {
  /** Whether the extracted data is wanted. */
  readonly wanted: boolean;
  readonly docType: string | null;
  /** Whether `data` has `isMatched`. */
  readonly withMatch: boolean;
}

/**
 * The answer about a transaction as a whole, shared by liveness and link: judges it, and notes the result on the user.
 */
export function wholeAnswer(
  transaction: Transaction,
  call: Call,
  state: SandboxState,
  { wanted, docType, withMatch }: AnswerOptions,
): Answer {
  const verdict = judge(transaction, state.settings);
  if (call.user !== null) call.user.isVerified = verdict.verified;
  const flags = { isVerificationProcessCompleted: verdict.completed, isDigitalIdentityVerified: verdict.verified };
  const transactionId = transaction.id;
  if (verdict.sparse) return { services: sparseServicesOf(verdict), data: flags, transactionId };
  const identity = identityOf(transaction, state);
  const { front, back } = transaction.steps;
  const data = {
    ...flags,
    deviceInfo: null,
    user: userData(call.user, identity),
    idFrontData: wanted && front ? idFrontData(transaction, identity) : null,
    idBackData: wanted && back ? idBackData(transaction, identity) : null,
    ...(withMatch && { isMatched: verdict.faceMatches }),
  };
  return {
    services: servicesOf(reportOf(verdict, docType), identity, state.settings.validationsCasing),
    data,
    transactionId,
  };
}

/** Services run with their step: AML and SRC with the last one. */
function reportOf(verdict: Verdict, docType: string | null) {
  const { finished } = verdict;
  const ended = finished.includes('liveness');
  const sides = finished.some((step) => step !== 'liveness');
  return {
    validations: finished.length > 0 ? verdict.validations : null,
    fake: finished.length > 0 ? verdict.fake : null,
    docType: sides ? docType : null,
    live: ended ? verdict.live : null,
    amlHit: ended ? verdict.amlHit : null,
    srcValid: ended ? verdict.srcValid : null,
  };
}
