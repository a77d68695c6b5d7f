import type { ProblemName } from '@identity-events/shared/contracts/problems';
import { AppError } from '@identity-events/shared/runtime/errors';
import { EvidenceError, type EvidenceErrorCode } from '../identities/evidence-error.ts';
import { HttpProblem } from './problem.ts';

/** Which problem it is for the caller that evidence can not be had. */
const byEvidenceCode: { readonly [C in EvidenceErrorCode]: ProblemName } = {
  evidence_not_configured: 'not-configured',
  evidence_not_found: 'not-found',
  provider_account_refused: 'provider-account-refused',
  provider_answer_unusable: 'provider-error',
  provider_throttled: 'provider-throttled',
  provider_unavailable: 'provider-unavailable',
  provider_timeout: 'provider-timeout',
};

/** Which problem a foreseen failure is for the caller. */
const byCode: Readonly<Record<string, ProblemName>> = {
  ...byEvidenceCode,
  idempotency_key_reused: 'idempotency-key-reused',
  capture_gone: 'gone',
  redis_unavailable: 'unavailable',
  record_newer: 'unavailable',
  record_invalid: 'capture-damaged',
  image_store_full: 'unavailable',
  image_store_failed: 'unavailable',
  image_store_overloaded: 'overloaded',
};

/** Seconds that a caller should wait when a dependency is away and does not say for how long. */
const retryAfterSecondsByDefault = 2;

/** The problem that answers whatever was thrown; `internal` for what nobody foresaw. */
export function toProblem(error: unknown): HttpProblem {
  if (error instanceof HttpProblem) return error;
  if (error instanceof AppError) {
    const problem = byCode[error.code];
    if (problem) return new HttpProblem(problem, error.retriable ? { retryAfterSeconds: retryAfterOf(error) } : {});
  }
  return fromBodyParser(error) ?? new HttpProblem('internal');
}

function retryAfterOf(error: AppError): number {
  const asked = error instanceof EvidenceError ? error.retryAfterMs : null;
  return asked === null ? retryAfterSecondsByDefault : Math.max(1, Math.ceil(asked / 1_000));
}

/** Errors of Express's own body reading, told by their stable `type` (https://github.com/expressjs/body-parser#errors). */
function fromBodyParser(error: unknown): HttpProblem | undefined {
  const type = typeof error === 'object' && error !== null && 'type' in error ? error.type : undefined;
  switch (type) {
    case 'entity.too.large':
      return new HttpProblem('body-too-large');
    case 'encoding.unsupported':
    case 'charset.unsupported':
      return new HttpProblem('unsupported-media-type', { detail: 'Send the body uncompressed and in UTF-8.' });
    case 'entity.parse.failed':
    case 'request.size.invalid':
    case 'request.aborted':
      return new HttpProblem('malformed-body', { detail: 'Send one whole JSON object.' });
    case 'entity.verify.failed':
      return new HttpProblem('malformed-body', {
        detail: 'Send one JSON object in UTF-8, at most 8 deep and of at most 100,000 values.',
      });
    default:
      return undefined;
  }
}
