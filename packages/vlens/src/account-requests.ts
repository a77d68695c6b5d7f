/** The service account. Secret. Limits are the provider's: 256 characters, password 32. */
export interface AdminCredentials {
  readonly userNameOrEmailAddress: string;
  readonly password: string;
}

/** A new end user. Personal data. */
export interface UserRegistration {
  /** E.164; Egyptian numbers begin with `+20`. */
  readonly phoneNumber: string;
  readonly email?: string;
  readonly password?: string;
  readonly phoneNumberOtp?: string;
  readonly phoneNumberOtpRequestId?: string;
  readonly oAuthTokenVerificationRequestId?: string;
}

/** An end user who comes back. Personal data. */
export interface UserCredentials {
  /** E.164. */
  readonly phoneNumber: string;
  /** The device; a new one may be asked for an OTP first. */
  readonly imei: string;
  readonly password?: string;
  readonly geoLocation?: { readonly latitude: number; readonly longitude: number };
  readonly imsi?: string;
  readonly phoneNumberOtp?: string;
  readonly phoneNumberOtpRequestId?: string;
  readonly isPhone2FAEnabled?: boolean;
  readonly smsProvider?: number;
}

/** Which image of which transaction. */
export interface StepImageQuery {
  readonly transactionId: string;
  /** From `getUserImages`. */
  readonly fileName: string;
  readonly impersonatedTenantId?: number;
  readonly logId?: string;
}
