import { messageOf } from '../scenarios/error-codes.ts';

/**
 * A call is refused: the server turns this into the provider's error envelope. Codes below 600 are HTTP statuses as
 * well.
 */
export class ApiFailure extends Error {
  override readonly name = 'ApiFailure';
  readonly code: number;
  /** Sent as `error_descriptions`. */
  readonly descriptions: unknown;

  constructor(code: number, message: string = messageOf(code), descriptions: unknown = null) {
    super(message);
    this.code = code;
    this.descriptions = descriptions;
  }
}
