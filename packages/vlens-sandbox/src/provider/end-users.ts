import { z } from 'zod';
import { ApiFailure } from './api-failure.ts';
import type { Endpoint } from './call.ts';
import { userTokens, WRONG_PASSWORD } from './credentials.ts';
import { optionalText, readBody } from './request-fields.ts';

const registerSchema = z.object({
  phoneNumber: z.string().min(1).max(32),
  email: optionalText,
  password: optionalText,
  phoneNumberOtp: optionalText,
  phoneNumberOtpRequestId: optionalText,
});

const loginSchema = z.object({
  phoneNumber: z.string().min(1).max(32),
  imei: z.string().min(1),
  password: optionalText,
});

/**
 * POST DigitalIdentity/Register (docs page "Register"). One-time passwords are not checked; registering again gives the
 * same user.
 */
export const register: Endpoint = (call, state) => {
  const body = readBody(registerSchema, call.body);
  const user = state.users.register(call.tenant.name, body.phoneNumber, body.email ?? undefined);
  const { accessToken } = userTokens(call, state, user.phoneNumber);
  return {
    data: {
      isDigitalIdentityVerified: user.isVerified,
      accessToken,
      expireInSeconds: state.settings.userTokenSeconds,
      user: { id: user.id, emailAddress: user.emailAddress, phoneNumber: user.phoneNumber },
    },
  };
};

/**
 * POST DigitalIdentity/Login (older docs page "Login"): logs in without a one-time password, registering an unknown
 * number on the way.
 */
export const userLogin: Endpoint = (call, state) => {
  const body = readBody(loginSchema, call.body);
  if (body.password === WRONG_PASSWORD) throw new ApiFailure(401, 'Unauthorized – wrong phone number or password.');
  const user = state.users.register(call.tenant.name, body.phoneNumber);
  return {
    data: {
      hasPendingRequest: false,
      isEmailConfirmationRequired: false,
      isEmailConfirmed: true,
      isPhoneNumberConfirmationRequired: false,
      isPhoneNumberConfirmed: true,
      phoneNumberOtp: null,
      phoneNumberOtpRequestId: null,
      emailOtpRequestId: null,
      isDigitalIdentityVerified: user.isVerified,
      ...userTokens(call, state, user.phoneNumber),
      phoneOtpExpireInSeconds: 0,
      emailOtpExpireInSeconds: 0,
      user: { id: user.id, emailAddress: user.emailAddress, phoneNumber: user.phoneNumber },
      redirectUri: null,
      transactionId: user.transactionId,
    },
  };
};
