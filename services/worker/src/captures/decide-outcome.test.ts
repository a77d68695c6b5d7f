import { waivableChecks } from '@identity-events/shared/contracts/waivable-checks';
import { describe, expect, it } from 'vitest';
import { decideOutcome, type Facts, isConclusive } from './decide-outcome.ts';

const passed: Facts = {
  fault: null,
  genuine: true,
  valid: true,
  validationCodes: [],
  validationReason: null,
  live: true,
  faceMatched: true,
  amlClear: true,
  sourceValid: true,
  processCompleted: true,
  identityVerified: true,
};

const threeWay = [true, false, null] as const;

/** Every combination of what the provider may report in one answer. */
function* everyAnswer(): Generator<Facts> {
  for (const fault of [null, { reason: 'face_unclear', providerCode: 4209 } as const])
    for (const genuine of threeWay)
      for (const valid of threeWay)
        for (const live of threeWay)
          for (const faceMatched of threeWay)
            for (const amlClear of threeWay)
              for (const sourceValid of threeWay)
                for (const processCompleted of threeWay)
                  for (const identityVerified of threeWay)
                    yield {
                      fault,
                      genuine,
                      valid,
                      live,
                      faceMatched,
                      amlClear,
                      sourceValid,
                      processCompleted,
                      identityVerified,
                      validationCodes: valid === false ? [3010] : [],
                      validationReason: valid === false ? 'document_expired' : null,
                    };
}

/** The same rule, told as a list: the first row that applies gives the reason. */
const precedence: readonly (readonly [(answer: Facts) => boolean, string])[] = [
  [(a) => a.fault !== null, 'face_unclear'],
  [(a) => a.genuine === false, 'document_not_genuine'],
  [(a) => a.valid === false, 'document_expired'],
  [(a) => a.faceMatched === false, 'face_mismatch'],
  [(a) => a.live === false, 'liveness_failed'],
  [(a) => a.amlClear === false, 'aml_match'],
  [(a) => a.sourceValid === false, 'source_check_failed'],
  [(a) => a.processCompleted !== true, 'process_incomplete'],
  [(a) => a.identityVerified !== true, 'identity_not_confirmed'],
];

/** Where the list speaks of a check. */
const rowOf = { document_genuine: 1, document_valid: 2, face_match: 3, liveness: 4, aml: 5, source: 6 } as const;

describe('decideOutcome', () => {
  it('decides every combination of one answer as the list says', () => {
    let rows = 0;
    let verified = 0;
    for (const answer of everyAnswer()) {
      rows += 1;
      const expected = precedence.find(([applies]) => applies(answer))?.[1] ?? 'verified';
      const decision = decideOutcome('national_id', [answer]);
      const actual = decision.outcome === 'failed' ? decision.reason : decision.outcome;
      if (actual !== expected) expect.fail(`${JSON.stringify(answer)} gave ${actual}, not ${expected}`);
      if (actual === 'verified') verified += 1;
    }
    expect(rows).toBe(2 * 3 ** 8);
    // Six reported checks, each passed or silent, and both flags true.
    expect(verified).toBe(2 ** 6);
  });

  it('decides every combination before login by the same list, without the flags of the user', () => {
    let captured = 0;
    for (const answer of everyAnswer()) {
      const refusal = precedence.slice(0, -2).find(([applies]) => applies(answer))?.[1];
      const expected = refusal ?? (answer.processCompleted === false ? 'process_incomplete' : 'captured');
      const decision = decideOutcome('national_id_ocr', [answer]);
      const actual = decision.outcome === 'failed' ? decision.reason : decision.outcome;
      if (actual !== expected) expect.fail(`${JSON.stringify(answer)} gave ${actual}, not ${expected}`);
      if (actual === 'captured') captured += 1;
    }
    expect(captured).toBe(2 ** 6 * 2 * 3);
    expect(decideOutcome('national_id_ocr', []).outcome).toBe('failed');
  });

  it('decides every combination by the same list without the checks that are waived, whichever they are', () => {
    const rows = [...everyAnswer()].filter((answer) => answer.fault === null);
    for (const waived of waivableChecks) {
      const list = precedence.filter((_, at) => at !== rowOf[waived]);
      for (const answer of rows) {
        const expected = list.find(([applies]) => applies(answer))?.[1] ?? 'verified';
        const decision = decideOutcome('national_id', [answer], [waived]);
        const actual = decision.outcome === 'failed' ? decision.reason : decision.outcome;
        if (actual !== expected) expect.fail(`${waived}: ${JSON.stringify(answer)} gave ${actual}, not ${expected}`);
      }
    }
  });

  it('verifies nobody without the provider saying so, though every other check is waived', () => {
    for (const answer of everyAnswer()) {
      const { outcome } = decideOutcome('national_id', [answer], waivableChecks);
      const confirmed = answer.processCompleted === true && answer.identityVerified === true;
      expect(outcome === 'verified').toBe(answer.fault === null && confirmed);
    }
  });

  it('tells of a waived check how it went', () => {
    const decision = decideOutcome('national_id', [{ ...passed, amlClear: false }], ['aml']);
    expect(decision).toMatchObject({ outcome: 'verified', checks: { aml: 'failed' } });
  });

  it('fails a capture without any evidence', () => {
    expect(decideOutcome('national_id', [])).toMatchObject({ outcome: 'failed', reason: 'process_incomplete' });
  });

  it.each(['genuine', 'valid', 'live', 'faceMatched', 'amlClear', 'sourceValid'] as const)(
    'fails when an earlier step said no to %s, whatever the last one says',
    (check) => {
      expect(decideOutcome('national_id', [{ ...passed, [check]: false }, passed, passed]).outcome).toBe('failed');
    },
  );

  it('takes completeness from the last step alone', () => {
    const first = { ...passed, processCompleted: false, identityVerified: false };
    expect(decideOutcome('national_id', [first, first, passed]).outcome).toBe('verified');
    expect(decideOutcome('national_id', [passed, passed, first]).outcome).toBe('failed');
  });

  it('gives the code of the provider with a fault and with a validation error', () => {
    const fault = { reason: 'document_unsupported', providerCode: 5001 } as const;
    expect(decideOutcome('national_id', [{ ...passed, fault }])).toMatchObject({ providerCode: 5001 });
    expect(decideOutcome('national_id', [{ ...passed, valid: false, validationCodes: [3101, 3001] }])).toMatchObject({
      reason: 'document_unreadable',
      providerCode: 3101,
    });
  });

  it('does not count a refused capture as incomplete too', () => {
    const unfinished = { ...passed, processCompleted: false, identityVerified: null };
    expect(decideOutcome('national_id', [{ ...unfinished, live: false }]).checks).toMatchObject({
      process_completed: 'not_run',
      identity_confirmed: 'not_run',
    });
    expect(decideOutcome('national_id', [unfinished]).checks).toMatchObject({
      process_completed: 'failed',
      identity_confirmed: 'not_run',
    });
  });

  it('tells every check, also those that did not decide', () => {
    const decision = decideOutcome('national_id', [{ ...passed, genuine: false, live: null, amlClear: false }]);
    expect(decision.checks).toMatchObject({
      document_genuine: 'failed',
      liveness: 'not_run',
      aml: 'failed',
      source: 'passed',
    });
  });
});

describe('isConclusive', () => {
  it('is true for a no, not for a step that is merely not the last', () => {
    expect(isConclusive({ ...passed, processCompleted: false, identityVerified: false })).toBe(false);
    expect(isConclusive({ ...passed, processCompleted: null, identityVerified: null })).toBe(false);
    expect(isConclusive({ ...passed, live: false })).toBe(true);
    expect(isConclusive({ ...passed, live: false }, ['liveness'])).toBe(false);
    expect(isConclusive({ ...passed, fault: { reason: 'image_rejected', providerCode: 5002 } })).toBe(true);
  });
});
