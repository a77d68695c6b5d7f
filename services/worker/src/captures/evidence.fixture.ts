import type { StepEvidence } from './evidence.ts';

/** What a call brings that finds nothing wrong; `complete` when it is the last one of the process. */
export const passed = (complete: boolean): StepEvidence => ({
  fault: null,
  genuine: true,
  valid: true,
  validationCodes: [],
  validationReason: null,
  live: null,
  faceMatched: null,
  amlClear: null,
  sourceValid: null,
  processCompleted: complete,
  identityVerified: complete,
  transactionId: null,
  finishedAt: Date.now(),
  durationMs: 1,
});
