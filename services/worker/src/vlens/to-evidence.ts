import { AppError } from '@identity-events/shared/runtime/errors';
import type { VlensAnswer } from '@identity-events/vlens/answer';
import { ruleOfCode, type VlensFault } from '@identity-events/vlens/fault';
import type { VlensTransportError } from '@identity-events/vlens/transport-error';
import type { VerifyResult } from '@identity-events/vlens/verify-result';
import type { StepEvidence, StepName } from '../captures/evidence.ts';
import { TransientProviderFault } from '../captures/transient-provider-fault.ts';
import { reasonOfFault } from './reason-of-fault.ts';

/** What was seen, without the times of the call. */
export type Seen = Omit<StepEvidence, 'finishedAt' | 'durationMs'>;

const nothingSeen: Seen = {
  fault: null,
  genuine: null,
  valid: null,
  validationCodes: [],
  validationReason: null,
  live: null,
  faceMatched: null,
  amlClear: null,
  sourceValid: null,
  processCompleted: null,
  identityVerified: null,
  transactionId: null,
};

/**
 * The provider's answer in our words; nothing personal is taken over. Pure.
 *
 * Throws `TransientProviderFault` for refusals that may pass: those that the client's error table calls retriable, and
 * those that meet every capture of the tenant until somebody mends the account.
 */
export function toEvidence(step: StepName, answer: VlensAnswer<VerifyResult>): Seen {
  return answer.ok ? fromResult(step, answer.value) : fromFault(answer.fault);
}

/**
 * The evidence of an answer that can't be used and would come again: the capture fails closed. Throws otherwise; a call that
 * we ended ourselves says nothing about the provider.
 */
export function toUnusableEvidence(error: VlensTransportError): Seen {
  if (error.code === 'aborted') throw new AppError('call_aborted', 'The call was ended.', { retriable: true });
  if (error.retriable)
    throw new TransientProviderFault(error.code, { state: 'down', providerCode: null, cause: error });
  return { ...nothingSeen, fault: { reason: 'provider_error', providerCode: null } };
}

function fromResult(step: StepName, result: VerifyResult): Seen {
  const { services } = result;
  const failedFields = services.validationErrors;
  const codes = failedFields.flatMap((field) => field.codes);
  const [firstCode] = codes;
  return {
    fault: null,
    genuine: not(services.spoofingFake),
    // An answer for a document without failed fields says that its fields are valid.
    valid: failedFields.length > 0 ? false : step === 'liveness' || step === 'ocr_liveness' ? null : true,
    validationCodes: codes,
    validationReason: firstCode === undefined ? null : reasonOfFault[ruleOfCode(firstCode).reason],
    live: services.liveness,
    faceMatched: result.isMatched,
    amlClear: not(services.amlMatched),
    sourceValid: services.srcValid,
    processCompleted: result.isVerificationProcessCompleted,
    identityVerified: result.isDigitalIdentityVerified,
    transactionId: result.transactionId,
  };
}

function fromFault(fault: VlensFault): Seen {
  const { providerCode } = fault;
  const transient = transientState(fault);
  if (transient) {
    const retryAfterMs = fault.retryAfterMs ?? undefined;
    throw new TransientProviderFault(fault.reason, { state: transient, providerCode, retryAfterMs });
  }
  return { ...nothingSeen, fault: { reason: reasonOfFault[fault.reason], providerCode } };
}

/** What a passing refusal says about the provider; undefined for a lasting one. */
function transientState(fault: VlensFault): 'down' | 'busy' | 'account' | undefined {
  if (fault.scope === 'tenant') return 'account';
  if (!fault.retriable) return undefined;
  return fault.reason === 'rate_limited' ? 'busy' : 'down';
}

function not(value: boolean | null): boolean | null {
  return value === null ? null : !value;
}
