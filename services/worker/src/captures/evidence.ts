import type { CaptureKind } from '@identity-events/shared/contracts/capture';
import { reasonCodes } from '@identity-events/shared/contracts/reasons';
import { z } from 'zod';

/** The provider calls a capture may need. */
export type StepName = 'id_front' | 'id_back' | 'liveness' | 'link' | 'ocr_front' | 'ocr_back' | 'ocr_liveness';

/** Which calls a kind takes, in order. Both sides of the document come before liveness (docs.vlenseg.com, digital identity). */
export const stepsOf: { readonly [K in CaptureKind]: readonly [StepName, ...StepName[]] } = {
  link: ['link'],
  national_id: ['id_front', 'id_back', 'liveness'],
  national_id_ocr: ['ocr_front', 'ocr_back', 'ocr_liveness'],
};

/**
 * What one finished provider call brought, in our words and without anything personal. Null: not reported.
 *
 * This is what the capture record keeps of a step, so it is parsed when it is read back.
 */
export const stepEvidence = z.object({
  /** The provider's final "no": an error that would come again. */
  fault: z.object({ reason: z.enum(reasonCodes), providerCode: z.number().int().nullable() }).nullable(),
  /** `services.spoofing.fake` is false. */
  genuine: z.boolean().nullable(),
  /** No validation errors; false with the codes the provider gave. */
  valid: z.boolean().nullable(),
  validationCodes: z.array(z.number().int()),
  /** The reason that the first validation code stands for. */
  validationReason: z.enum(reasonCodes).nullable(),
  live: z.boolean().nullable(),
  faceMatched: z.boolean().nullable(),
  amlClear: z.boolean().nullable(),
  sourceValid: z.boolean().nullable(),
  processCompleted: z.boolean().nullable(),
  identityVerified: z.boolean().nullable(),
  transactionId: z.string().nullable(),
  finishedAt: z.number().int(),
  durationMs: z.number().int(),
});
export type StepEvidence = z.infer<typeof stepEvidence>;
