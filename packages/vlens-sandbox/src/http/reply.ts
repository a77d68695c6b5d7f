import type { ApiFailure } from '../provider/api-failure.ts';
import type { Answer } from '../provider/call.ts';
import type { Settings } from '../settings.ts';

/** An HTTP answer, ready to be sent. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  /** The `error_code` in the text, for the call log; null if there is none or it is 0. */
  readonly errorCode: number | null;
}

const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' };

/** Any value as a JSON reply. */
export function jsonReply(status: number, value: unknown, errorCode: number | null = null): Reply {
  return { status, headers: JSON_TYPE, text: JSON.stringify(value), errorCode };
}

/** A success in the provider's envelope (docs page "Conventions"). */
export function successReply({ services, data, errorCode = null }: Answer): Reply {
  const codes = { error_code: errorCode, error_message: null, error_descriptions: null };
  return jsonReply(200, { ...(services && { services }), data, ...codes });
}

/** An error in the provider's envelope. Its HTTP status is not documented for every code, hence the style. */
export function failureReply(failure: ApiFailure, hasServices: boolean, style: Settings['errorStyle']): Reply {
  const { code, message, descriptions } = failure;
  const envelope = {
    ...(hasServices && { services: null }),
    data: null,
    error_code: code,
    error_message: message,
    error_descriptions: descriptions,
  };
  return jsonReply(statusOf(code, style), envelope, code);
}

function statusOf(code: number, style: Settings['errorStyle']): number {
  if (style === 'all200') return 200;
  if (code < 600) return code;
  return style === 'http422' ? 422 : 200;
}
