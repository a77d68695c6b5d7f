import { z } from 'zod';
import { flag, number, text } from './wire.ts';

/** Tokens of the service account. Secrets. */
export interface AdminTokens {
  readonly accessToken: string;
  /** In seconds; 86,400 as documented. */
  readonly expireInSeconds: number | null;
  /** The one to refresh with next. */
  readonly refreshToken: string | null;
  /** In seconds; 604,800 by default. Not sent by a refresh. */
  readonly refreshTokenExpireInSeconds: number | null;
}

/** An end user who registered or logged in. The tokens are secrets. */
export interface UserSession {
  /** Null while the provider still wants an OTP. */
  readonly accessToken: string | null;
  /** In seconds. */
  readonly expireInSeconds: number | null;
  readonly refreshToken: string | null;
  readonly isDigitalIdentityVerified: boolean | null;
  readonly transactionId: string | null;
  readonly userId: string | null;
  /** To be sent back together with the OTP. */
  readonly phoneNumberOtpRequestId: string | null;
  readonly isPhoneNumberConfirmationRequired: boolean | null;
}

/**
 * The answer to Login and RefreshToken; one without an access token is refused. Of the two tokens that a refresh returns, the new
 * one is taken: its pages don't say which to keep.
 *
 * Source: docs.vlenseg.com "authentication", and its reference of refresh-token.
 */
export const adminTokensResult = z
  .object({
    data: z.object({
      accessToken: z.string().min(1),
      expireInSeconds: number,
      refreshToken: text,
      newRefreshToken: text,
      refreshTokenExpireInSeconds: number,
    }),
  })
  .transform(
    ({ data }): AdminTokens => ({
      accessToken: data.accessToken,
      expireInSeconds: data.expireInSeconds,
      refreshToken: data.newRefreshToken ?? data.refreshToken,
      refreshTokenExpireInSeconds: data.refreshTokenExpireInSeconds,
    }),
  );

/** The answer to the end user's Register and Login. Source: docs.vlenseg.com, reference of register; didocv2.vlens.co "login". */
export const userSessionResult = z
  .object({
    data: z.object({
      accessToken: text,
      expireInSeconds: number,
      refreshToken: text,
      isDigitalIdentityVerified: flag,
      transactionId: text,
      user: z.object({ id: text }).nullish(),
      phoneNumberOtpRequestId: text,
      isPhoneNumberConfirmationRequired: flag,
    }),
  })
  .transform(({ data: { user, ...session } }): UserSession => ({ ...session, userId: user?.id ?? null }));
