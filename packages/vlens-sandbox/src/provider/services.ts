import { fullName, type SyntheticIdentity } from '../identities/synthetic-identity.ts';
import { findErrorCode, messageOf } from '../scenarios/error-codes.ts';
import type { Settings } from '../settings.ts';
import type { Verdict } from './verdict.ts';

/** What each service found; null for one that did not run. */
export interface ServicesReport {
  readonly validations: readonly number[] | null;
  readonly fake: boolean | null;
  readonly docType: string | null;
  readonly live: boolean | null;
  readonly amlHit: boolean | null;
  readonly srcValid: boolean | null;
}

/** The report of services of which none ran. */
export const nothingRan: ServicesReport = {
  validations: null,
  fake: null,
  docType: null,
  live: null,
  amlHit: null,
  srcValid: null,
};

/**
 * The `services` member of an answer, in the documented shape, with `validations` in the casing that the settings ask
 * for.
 */
export function servicesOf(
  report: ServicesReport,
  identity: SyntheticIdentity,
  casing: Settings['validationsCasing'],
): object {
  const validations = report.validations && { validation_errors: report.validations.map(validationError) };
  return {
    ...(casing !== 'capital' && { validations }),
    ...(casing !== 'lower' && { Validations: validations }),
    spoofing: report.fake === null ? null : { fake: report.fake },
    classification: report.docType === null ? null : { doc_type: report.docType },
    liveness: report.live,
    AML: report.amlHit === null ? null : aml(report.amlHit, identity),
    SRC: report.srcValid === null ? null : src(report.srcValid),
  };
}

/** The shorter `services` of the docs' success example of verify/liveness/multi. */
export function sparseServicesOf(verdict: Verdict): object {
  return {
    spoofing: { fake: verdict.fake },
    liveness: verdict.live,
    AML: { AML_matched: verdict.amlHit },
    SRC: { isValid: verdict.srcValid },
  };
}

function validationError(code: number): object {
  const [field, value] = findErrorCode(code)?.field ?? ['', ''];
  return { field, value, errors: [{ code, message: messageOf(code) }] };
}

function aml(matched: boolean, identity: SyntheticIdentity): object {
  if (!matched) return { AML_matched: false, data: [] };
  const entry = {
    caseNo: 'SANDBOX-1',
    caseYear: 2024,
    recordDate: '2024-01-15T00:00:00Z',
    fullName: fullName(identity).arabic,
    idNumber: identity.idNumber,
    dateOfBirth: `${identity.dateOfBirth}T00:00:00Z`,
    score: '0.97',
  };
  return { AML_matched: true, data: [entry] };
}

/** The values of the failure are invented. */
function src(isValid: boolean): object {
  return isValid
    ? { isValid, errorCode: 0, errorKey: '', errorMessage: '' }
    : { isValid, errorCode: 1, errorKey: 'SandboxInvalid', errorMessage: 'The record is not valid.' };
}
