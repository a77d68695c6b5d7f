import { z } from 'zod';
import { flag, number, word } from './wire.ts';

/** A field of the document that failed the provider's rules. The rejected value is left out: it is personal data. */
export interface FieldError {
  /** The provider's name of the field, such as `idNumber`. */
  readonly field: string | null;
  /** Codes for `ruleOfCode`; may be empty, and the field has failed all the same. */
  readonly codes: readonly number[];
}

/** What each check of the provider said. Null: it did not run or did not say. Holds no personal data. */
export interface ServiceResults {
  /** True: not a genuine document or face. */
  readonly spoofingFake: boolean | null;
  readonly liveness: boolean | null;
  readonly amlMatched: boolean | null;
  /** How many entries of the sanctions lists came back; the entries are left out. */
  readonly amlHits: number;
  readonly srcValid: boolean | null;
  readonly srcErrorCode: number | null;
  readonly validationErrors: readonly FieldError[];
  /** The detected type, such as `national_id`. */
  readonly documentType: string | null;
}

const fieldError = z
  .object({ field: word, errors: z.array(z.object({ code: number })).nullish() })
  .transform(({ field, errors }) => ({
    field,
    codes: (errors ?? []).flatMap(({ code }) => (code === null ? [] : [code])),
  }));

const validations = z.object({ validation_errors: z.array(fieldError).nullish() }).nullish();

const wireServices = z
  .object({
    validations,
    Validations: validations,
    spoofing: z.object({ fake: flag }).nullish(),
    liveness: flag,
    AML: z.object({ AML_matched: flag, data: z.array(z.unknown()).nullish() }).nullish(),
    SRC: z.object({ isValid: flag, errorCode: number }).nullish(),
    classification: z.object({ doc_type: word }).nullish(),
  })
  .nullish();

/**
 * Reads the `services` of an answer. Both spellings of `validations` count, for the reference shows both and a failed field in
 * either is a failed field.
 *
 * Source: docs.vlenseg.com, reference of LinkUserWithExistingTransaction; didocv2.vlens.co, "verify-id".
 */
export const serviceResults = wireServices.transform(
  (services): ServiceResults => ({
    spoofingFake: services?.spoofing?.fake ?? null,
    liveness: services?.liveness ?? null,
    amlMatched: services?.AML?.AML_matched ?? null,
    amlHits: services?.AML?.data?.length ?? 0,
    srcValid: services?.SRC?.isValid ?? null,
    srcErrorCode: services?.SRC?.errorCode ?? null,
    validationErrors: distinct([
      ...(services?.validations?.validation_errors ?? []),
      ...(services?.Validations?.validation_errors ?? []),
    ]),
    documentType: services?.classification?.doc_type ?? null,
  }),
);

function distinct(errors: readonly FieldError[]): readonly FieldError[] {
  return [...new Map(errors.map((error) => [JSON.stringify(error), error])).values()];
}
