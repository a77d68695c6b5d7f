import type { Delivery } from '../http/delivery.ts';
import { jsonReply, type Reply } from '../http/reply.ts';
import { messageOf } from '../scenarios/error-codes.ts';
import type { SpoilingFault } from './fault-plan.ts';

/** A reply and how it goes out. */
export interface Spoilt {
  readonly reply: Reply;
  readonly delivery: Delivery;
}

const NOTHING: Reply = { status: 200, headers: {}, text: '', errorCode: null };
const HTML = '<!doctype html><html><body><h1>Bad Gateway</h1></body></html>';

/** Whether the fault keeps the call from having any effect. */
export function strikesBefore(fault: SpoilingFault): boolean {
  return fault.when === 'before' && !['truncate', 'malformed', 'drip'].includes(fault.kind);
}

/** What goes out in place of the real reply; that one is null if the fault struck before there was any. */
export function spoilReply(fault: SpoilingFault, real: Reply | null): Spoilt {
  const whole = (reply: Reply): Spoilt => ({ reply, delivery: { how: 'whole' } });
  const reply = real ?? NOTHING;
  switch (fault.kind) {
    case 'status':
      return whole(errorReply(fault.status, fault.status, retryAfter(fault.retryAfterSeconds)));
    case 'error':
      return whole(errorReply(200, fault.errorCode, {}));
    case 'malformed':
      return whole({ ...reply, text: reply.text.slice(0, -1) });
    case 'html':
      return whole({ ...NOTHING, status: fault.status, headers: { 'content-type': 'text/html' }, text: HTML });
    case 'redirect':
      return whole({ ...NOTHING, status: fault.status, headers: { location: fault.location } });
    case 'drip':
      return { reply, delivery: { how: 'drip', bytesPerSecond: fault.bytesPerSecond } };
    case 'hang':
    case 'reset':
    case 'truncate':
      return { reply, delivery: { how: fault.kind } };
  }
}

/** An error envelope with extra headers. */
export function errorReply(status: number, code: number, headers: Readonly<Record<string, string>>): Reply {
  const envelope = { data: null, error_code: code, error_message: messageOf(code), error_descriptions: null };
  const reply = jsonReply(status, envelope, code);
  return { ...reply, headers: { ...reply.headers, ...headers } };
}

function retryAfter(seconds: number | undefined): Record<string, string> {
  return seconds === undefined ? {} : { 'retry-after': String(seconds) };
}
