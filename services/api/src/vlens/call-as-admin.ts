import type { VlensAnswer } from '@identity-events/vlens/answer';
import type { AdminSession } from './admin-session.ts';
import { answered, toEvidenceError } from './to-evidence-error.ts';

/**
 * Makes a call with the service account's token; when the provider rejects the token, once more with another one.
 * Two calls at the most, and a token in between. Throws `EvidenceError` and `AppError('redis_unavailable')`.
 */
export async function callAsAdmin<T>(
  session: AdminSession,
  call: (accessToken: string) => Promise<VlensAnswer<T>>,
): Promise<T> {
  const accessToken = await session.accessToken();
  const first = await answered(call(accessToken));
  if (!isRejected(first)) return valueOf(first);
  const second = await answered(call(await session.replaceRejected(accessToken)));
  if (isRejected(second)) await session.noteRefused();
  return valueOf(second);
}

function isRejected(answer: VlensAnswer<unknown>): boolean {
  return !answer.ok && answer.fault.reason === 'admin_token_rejected';
}

function valueOf<T>(answer: VlensAnswer<T>): T {
  if (!answer.ok) throw toEvidenceError(answer.fault);
  return answer.value;
}
