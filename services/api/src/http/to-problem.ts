import { AppError } from '@identity-events/shared/runtime/errors';
import { HttpProblem, type ProblemName } from './problem.ts';

/** Which problem a foreseen failure is for the caller. */
const byCode: Readonly<Record<string, ProblemName>> = {
  idempotency_key_reused: 'idempotency-key-reused',
  capture_gone: 'gone',
  redis_unavailable: 'unavailable',
  image_store_full: 'unavailable',
  image_store_failed: 'unavailable',
};

/** Seconds that a caller should wait when a dependency is away. */
const retryAfterSeconds = 2;

/** The problem that answers whatever was thrown; `internal` for what nobody foresaw. */
export function toProblem(error: unknown): HttpProblem {
  if (error instanceof HttpProblem) return error;
  if (error instanceof AppError) {
    const problem = byCode[error.code];
    if (problem) return new HttpProblem(problem, error.retriable ? { retryAfterSeconds } : {});
  }
  return fromBodyParser(error) ?? new HttpProblem('internal');
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
    default:
      return undefined;
  }
}
