import { AppError } from '@identity-events/shared/runtime/errors';
import type { ProviderState } from '@identity-events/shared/store/provider-gate';

export interface TransientProviderFaultOptions {
  /** What it tells about the provider as a whole. */
  readonly state: Exclude<ProviderState, 'well'>;
  /** The provider's own code, where it gave one. */
  readonly providerCode: number | null;
  /** How long the provider asked to be left alone. */
  readonly retryAfterMs?: number | undefined;
  readonly cause?: unknown;
}

/** The provider could not answer now: the same call may succeed later. `code` says what happened. */
export class TransientProviderFault extends AppError {
  readonly state: Exclude<ProviderState, 'well'>;
  readonly providerCode: number | null;
  readonly retryAfterMs: number | undefined;

  constructor(code: string, options: TransientProviderFaultOptions) {
    super(code, `The provider could not answer: ${code}.`, { retriable: true, cause: options.cause });
    this.state = options.state;
    this.providerCode = options.providerCode;
    this.retryAfterMs = options.retryAfterMs;
  }
}
