import type { FaultCategory, FaultReason } from '@identity-events/vlens/error-table';
import type { VlensFault } from '@identity-events/vlens/fault';
import { VlensTransportError, type VlensTransportErrorCode } from '@identity-events/vlens/transport-error';
import { EvidenceError, type EvidenceErrorCode } from '../identities/evidence-error.ts';

type Fault = Pick<VlensFault, 'category' | 'reason' | 'retriable' | 'retryAfterMs'>;

/**
 * Reasons that mean "no such user, transaction or file". The provider documents no answer for those, and the form of
 * the query is checked before it is sent: what is left to refuse is what it names.
 */
const nothingThere: ReadonlySet<FaultReason> = new Set([
  'not_found',
  'transaction_invalid',
  'request_invalid',
  'request_unprocessable',
]);

/** What a refused read means, by the provider's category. Judgements of pictures make no sense as answers to a read. */
const byCategory: { readonly [C in FaultCategory]: EvidenceErrorCode } = {
  account: 'provider_account_refused',
  auth: 'provider_account_refused',
  throttled: 'provider_throttled',
  provider: 'provider_unavailable',
  request: 'provider_answer_unusable',
  document: 'provider_answer_unusable',
  face: 'provider_answer_unusable',
  spoofing: 'provider_answer_unusable',
};

const byTransportCode: { readonly [C in VlensTransportErrorCode]: EvidenceErrorCode } = {
  aborted: 'provider_unavailable',
  timeout: 'provider_timeout',
  connect_failed: 'provider_unavailable',
  tls_failed: 'provider_unavailable',
  connection_lost: 'provider_unavailable',
  redirect_refused: 'provider_answer_unusable',
  response_too_large: 'provider_answer_unusable',
  response_malformed: 'provider_answer_unusable',
  response_unexpected: 'provider_answer_unusable',
};

/** What a refused read of evidence is in our words. Pure. */
export function toEvidenceError(fault: Fault): EvidenceError {
  return new EvidenceError(nothingThere.has(fault.reason) ? 'evidence_not_found' : codeOf(fault), fault.retryAfterMs);
}

/** What a refused login or refresh is in our words: whatever will not pass by itself is the account's. Pure. */
export function toLoginError(fault: Fault): EvidenceError {
  return new EvidenceError(fault.retriable ? codeOf(fault) : 'provider_account_refused', fault.retryAfterMs);
}

/** Waits for a call to the provider; a missing answer is thrown as `EvidenceError`, anything else as it is. */
export async function answered<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof VlensTransportError) throw new EvidenceError(byTransportCode[error.code], null, error);
    throw error;
  }
}

/** An error that nobody knows may as well be one of our asking. */
function codeOf({ category, retriable }: Fault): EvidenceErrorCode {
  return category === 'provider' && !retriable ? 'provider_answer_unusable' : byCategory[category];
}
