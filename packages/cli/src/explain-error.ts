import { CommanderError } from '@commander-js/extra-typings';
import { ConnectionError, IdentityEventsError, ProblemError, UnusableAnswerError } from '@identity-events/sdk/errors';
import { Interrupted, isOutputClosed, UnavailableError, UsageError } from './exit-codes.ts';
import { plain } from './output/plain.ts';

/** What is said about an error on stderr; nothing of those that speak for themselves. */
export function explainError(error: unknown): string {
  // Commander has said it already.
  if (error instanceof CommanderError || error instanceof Interrupted || isOutputClosed(error)) return '';
  if (error instanceof ProblemError) return explainProblem(error);
  if (error instanceof UnusableAnswerError)
    return lines(error.message, 'Is the address that of identity-events? Try: identity-events doctor');
  if (error instanceof ConnectionError)
    return lines(`${error.message}: ${causeOf(error)}`, 'Try: identity-events doctor');
  const known =
    error instanceof UsageError || error instanceof UnavailableError || error instanceof IdentityEventsError;
  if (known) return lines(error.message);
  return lines(`a fault of this program: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
}

function explainProblem({ message, errors, code, requestId }: ProblemError): string {
  const faults = errors.map(({ pointer, parameter, detail }) => `  ${pointer ?? parameter ?? ''}: ${detail}`);
  return lines(`${message} (${code})`, ...faults, ...(requestId ? [`request ${requestId}`] : []));
}

function causeOf({ cause }: Error): string {
  const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
  if (!(inner instanceof Error)) return 'no reason given';
  return 'code' in inner && typeof inner.code === 'string' ? inner.code : inner.message;
}

function lines(first: string, ...rest: string[]): string {
  return [`error: ${first}`, ...rest].map((line) => `${plain(line)}\n`).join('');
}
