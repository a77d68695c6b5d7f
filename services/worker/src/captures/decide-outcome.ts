import type { CaptureKind } from '@identity-events/shared/contracts/capture';
import type { Decision } from '@identity-events/shared/contracts/decision';
import type { CheckResult, Checks } from '@identity-events/shared/contracts/identity-event';
import type { ReasonCode } from '@identity-events/shared/contracts/reasons';
import type { WaivableCheck } from '@identity-events/shared/contracts/waivable-checks';
import type { StepEvidence } from './evidence.ts';

/** The evidence that counts for a decision. */
export type Facts = Omit<StepEvidence, 'finishedAt' | 'durationMs' | 'transactionId'>;

/**
 * Decides a capture from the evidence of its finished steps. Pure.
 *
 * Captured (of a `national_id_ocr`, which has no user yet) means: no fault, every check that the provider reported passed,
 * and the last step does not call the process incomplete. Verified means: no fault, every check that the provider reported passed, and the last step says both
 * `isVerificationProcessCompleted` and `isDigitalIdentityVerified`. Anything else is failed; no evidence is failed.
 * Several failures yield the reason that stands first: fault, spoofing, document, face match, liveness, AML, source,
 * process, identity. A check that is waived fails in the decision's `checks` only; by default none is.
 */
export function decideOutcome(
  kind: CaptureKind,
  steps: readonly Facts[],
  waived: readonly WaivableCheck[] = [],
): Decision {
  const refused = firstFailure(steps, waived);
  const failure = refused ?? (kind === 'national_id_ocr' ? uncaptured(steps.at(-1)) : incompleteness(steps.at(-1)));
  const checks = toChecks(steps, refused !== undefined);
  if (failure) return { outcome: 'failed', checks, ...failure };
  return { outcome: kind === 'national_id_ocr' ? 'captured' : 'verified', checks };
}

/** True when a step already decides against the capture: no further call can change that, so none is made. */
export function isConclusive(step: Facts, waived: readonly WaivableCheck[] = []): boolean {
  return firstFailure([step], waived) !== undefined;
}

interface Failure {
  readonly reason: ReasonCode;
  readonly providerCode: number | null;
}

function firstFailure(steps: readonly Facts[], waived: readonly WaivableCheck[]): Failure | undefined {
  const fault = steps.find((step) => step.fault)?.fault;
  if (fault) return fault;
  const failing = (
    check: WaivableCheck,
    field: 'genuine' | 'valid' | 'faceMatched' | 'live' | 'amlClear' | 'sourceValid',
  ) => (waived.includes(check) ? undefined : steps.find((step) => step[field] === false));
  if (failing('document_genuine', 'genuine')) return failure('document_not_genuine');
  const invalid = failing('document_valid', 'valid');
  if (invalid) return failure(invalid.validationReason ?? 'document_unreadable', invalid.validationCodes[0]);
  if (failing('face_match', 'faceMatched')) return failure('face_mismatch');
  if (failing('liveness', 'live')) return failure('liveness_failed');
  if (failing('aml', 'amlClear')) return failure('aml_match');
  if (failing('source', 'sourceValid')) return failure('source_check_failed');
  return undefined;
}

/** The last step tells whether the whole is complete; silence is a no. */
function incompleteness(last: Facts | undefined): Failure | undefined {
  if (last?.processCompleted !== true) return failure('process_incomplete');
  if (last.identityVerified !== true) return failure('identity_not_confirmed');
  return undefined;
}

/** Before login nobody can be verified, and the provider's OCR calls need not say whether the process is complete. */
function uncaptured(last: Facts | undefined): Failure | undefined {
  return !last || last.processCompleted === false ? failure('process_incomplete') : undefined;
}

function failure(reason: ReasonCode, providerCode?: number): Failure {
  return { reason, providerCode: providerCode ?? null };
}

/** A refused capture is never complete; that is no finding of its own, so it counts as not run. */
function toChecks(steps: readonly Facts[], refused: boolean): Checks {
  const last = steps.at(-1);
  const flag = (said: boolean | null | undefined): CheckResult => worst([refused && !said ? null : (said ?? null)]);
  return {
    document_genuine: worst(steps.map((step) => step.genuine)),
    document_valid: worst(steps.map((step) => step.valid)),
    face_match: worst(steps.map((step) => step.faceMatched)),
    liveness: worst(steps.map((step) => step.live)),
    aml: worst(steps.map((step) => step.amlClear)),
    source: worst(steps.map((step) => step.sourceValid)),
    process_completed: flag(last?.processCompleted),
    identity_confirmed: flag(last?.identityVerified),
  };
}

function worst(results: readonly (boolean | null)[]): CheckResult {
  if (results.includes(false)) return 'failed';
  return results.includes(true) ? 'passed' : 'not_run';
}
