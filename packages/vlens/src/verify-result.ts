import { z } from 'zod';
import { cardBack, cardFront, type ExtractedBack, type ExtractedFront } from './identity.ts';
import { type ServiceResults, serviceResults } from './service-results.ts';
import { flag, text } from './wire.ts';

/** Personal data read from the card, kept apart so that a caller can seal it. */
export interface ExtractedIdentity {
  readonly front: ExtractedFront | null;
  readonly back: ExtractedBack | null;
}

/**
 * What a verification or OCR call said. Null: the provider did not say. Only `identity` holds personal data.
 *
 * A result is not a verdict: `isDigitalIdentityVerified` may be true beside a failed service. Require all that you rely on.
 */
export interface VerifyResult {
  readonly transactionId: string | null;
  /** Front, back and liveness are done and passed the provider's own checks. */
  readonly isVerificationProcessCompleted: boolean | null;
  /** Completed, and the authorities that the tenant requires (NTRA, CSO) agree. */
  readonly isDigitalIdentityVerified: boolean | null;
  /** The face is that of the ID photo. Documented for face match; some SDKs read it from liveness too. */
  readonly isMatched: boolean | null;
  /** The provider's number of the end user, as text. */
  readonly userId: string | null;
  readonly services: ServiceResults;
  readonly identity: ExtractedIdentity;
}

const wireData = z
  .object({
    transactionId: text,
    transaction_id: text,
    isVerificationProcessCompleted: flag,
    isDigitalIdentityVerified: flag,
    isMatched: flag,
    user: z.object({ id: text }).nullish(),
    idFrontData: cardFront,
    idBackData: cardBack,
  })
  .nullish();

/**
 * The schema of a verification answer.
 *
 * Source: docs.vlenseg.com, reference of LinkUserWithExistingTransaction, whose schema the verify calls share.
 */
export const verifyResult = resultOf(wireData);

/** As {@link verifyResult}, with the fields of the front directly in `data`. Source: apidoc.vlens.co, "documents-ocr". */
export const ocrFrontResult = resultOf(z.preprocess((data) => nest(data, 'idFrontData'), wireData));

/** As {@link verifyResult}, with the fields of the back directly in `data`. Source: as {@link ocrFrontResult}. */
export const ocrBackResult = resultOf(z.preprocess((data) => nest(data, 'idBackData'), wireData));

/** Puts flat fields where the current reference has them; data that already follows it stays as it is. */
function nest(data: unknown, side: 'idFrontData' | 'idBackData'): unknown {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return data;
  return { ...data, [side]: (data as Record<string, unknown>)[side] ?? data };
}

function resultOf(dataSchema: z.ZodType<z.output<typeof wireData>>) {
  return z.object({ data: dataSchema, services: serviceResults }).transform(
    ({ data, services }): VerifyResult => ({
      transactionId:
        data?.transactionId ??
        data?.transaction_id ??
        data?.idFrontData.transactionId ??
        data?.idBackData.transactionId ??
        null,
      isVerificationProcessCompleted: data?.isVerificationProcessCompleted ?? null,
      isDigitalIdentityVerified: data?.isDigitalIdentityVerified ?? null,
      isMatched: data?.isMatched ?? null,
      userId: data?.user?.id ?? null,
      services,
      identity: { front: data?.idFrontData.fields ?? null, back: data?.idBackData.fields ?? null },
    }),
  );
}
