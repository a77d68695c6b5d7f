import { AppError } from '@identity-events/shared/runtime/errors';

/** Every way in which evidence can not be had: what it says, and whether the same request may succeed later. */
const faults = {
  evidence_not_configured: { retriable: false, message: 'No service account is set up for this tenant.' },
  evidence_not_found: { retriable: false, message: 'The provider has no such evidence.' },
  provider_account_refused: { retriable: false, message: 'The provider refuses the service account.' },
  provider_answer_unusable: { retriable: false, message: 'The provider answered in a way that can not be used.' },
  provider_throttled: { retriable: true, message: 'The provider takes no more calls for now.' },
  provider_unavailable: { retriable: true, message: 'The provider can not be reached or does not work.' },
  provider_timeout: { retriable: true, message: 'The provider did not answer in time.' },
} as const satisfies Record<string, { retriable: boolean; message: string }>;

export type EvidenceErrorCode = keyof typeof faults;

export const evidenceErrorCodes = Object.keys(faults) as [EvidenceErrorCode, ...EvidenceErrorCode[]];

/** Evidence can not be had. Holds nothing that stems from the request or from the provider's text. */
export class EvidenceError extends AppError {
  declare readonly code: EvidenceErrorCode;
  /** The wait that the provider asked for, in ms; null when it named none. */
  readonly retryAfterMs: number | null;

  constructor(code: EvidenceErrorCode, retryAfterMs: number | null = null, cause?: unknown) {
    super(code, faults[code].message, { retriable: faults[code].retriable, cause });
    this.retryAfterMs = retryAfterMs;
  }
}
