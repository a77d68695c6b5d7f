import type { Credential } from './endpoints.ts';
import { credentialRules, type FaultRule, httpStatuses, providerCodes, unknownRule } from './error-table.ts';

/** Why the provider refused a call, in our words. Holds no text of the provider's, for that may quote a person's data. */
export interface VlensFault extends FaultRule {
  /** The HTTP status of the answer; 200 is possible. */
  readonly httpStatus: number;
  /** The provider's code that decided, if any. */
  readonly providerCode: number | null;
  /** The wait the provider asked for, in ms, at most an hour. */
  readonly retryAfterMs: number | null;
}

/** The facts of an answer that decide its fault. */
export interface Refusal {
  readonly credential: Credential;
  readonly httpStatus: number;
  readonly errorCode: number | null;
  /** Codes inside `services.validations`, in the provider's order. */
  readonly validationCodes: readonly number[];
  /** The provider's text says that it means the ApiKey. */
  readonly blamesApiKey: boolean;
  readonly retryAfterMs: number | null;
}

/**
 * Decides a refusal by the error table. Pure; never throws.
 *
 * In order: a documented provider code; if `error_code` says no more than the status does, the first documented code among the
 * validation errors; 401 and 403 by credential; a documented status, sent as code or as HTTP status; else unknown, which is
 * retriable only on 408, 429 and 5xx.
 *
 * **401 and 403 are ambiguous.** The provider uses them for a bad ApiKey and for a bad token alike, without a code of its own.
 * We take the reading that does less harm when wrong: on a call with a bearer they mean that bearer, unless
 * `error_message` names the ApiKey (documented literal: "Unauthorized – invalid API Key"), which is the one use we make of the
 * provider's text. A bad ApiKey with another text therefore looks like many rejected users: watch the rate of
 * `user_token_rejected`.
 */
export function toFault(refusal: Refusal): VlensFault {
  const { httpStatus, retryAfterMs } = refusal;
  const providerCode = decidingCode(refusal);
  return { ...ruleOf(refusal, providerCode), httpStatus, providerCode, retryAfterMs };
}

/** The rule of a code found among the validation errors of a successful answer; unknown codes fail closed. */
export function ruleOfCode(code: number): FaultRule {
  return providerCodes.get(code) ?? unknownRule;
}

function decidingCode({ errorCode, validationCodes }: Refusal): number | null {
  const saysNothing = errorCode === null || errorCode === 400 || errorCode === 422;
  const validationCode = saysNothing ? validationCodes.find((code) => providerCodes.has(code)) : undefined;
  return validationCode ?? errorCode;
}

function ruleOf(refusal: Refusal, code: number | null): FaultRule {
  const { httpStatus } = refusal;
  const documented = code === null ? undefined : providerCodes.get(code);
  if (documented) return documented;
  if (isUnauthorized(code) || isUnauthorized(httpStatus)) {
    return credentialRules[refusal.blamesApiKey ? 'api-key' : refusal.credential];
  }
  if (httpStatus === 429) return ruleOfStatus(httpStatus);
  return ruleOfStatus(code === null ? httpStatus : code, httpStatus);
}

function ruleOfStatus(status: number, httpStatus = status): FaultRule {
  const retriable = httpStatus >= 500 || httpStatus === 408 || httpStatus === 429;
  return httpStatuses.get(status) ?? { ...unknownRule, retriable };
}

const isUnauthorized = (status: number | null) => status === 401 || status === 403;
