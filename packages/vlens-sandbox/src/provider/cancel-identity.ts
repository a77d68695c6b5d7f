import { z } from 'zod';
import { ApiFailure } from './api-failure.ts';
import type { Endpoint } from './call.ts';
import { readBody } from './request-fields.ts';

const data = { isDigitalIdentityVerified: false };

/**
 * POST CancelVerifiedDigitalIdentity (older docs page of that name): the caller is no longer verified. The answer's
 * `data` is invented.
 */
export const cancelOwnIdentity: Endpoint = ({ user }) => {
  if (user !== null) user.isVerified = false;
  return { data };
};

/** POST CancelVerifiedDigitalIdentityForAdmin (same page): that user is no longer verified; 400 for an unknown user. */
export const cancelIdentityForAdmin: Endpoint = (call, state) => {
  const { userId } = readBody(z.object({ userId: z.number().int() }), call.body);
  const user = state.users.find(userId);
  if (user === undefined) throw new ApiFailure(400, undefined, [{ field: 'userId', message: 'unknown user' }]);
  user.isVerified = false;
  return { data };
};
