import { describe, expect, test } from 'vitest';
import { image, type Marks, magicId, startTestSandbox, type TestReply } from '../sandbox-client.fixture.ts';
import { errorCodes } from '../scenarios/error-codes.ts';
import { scenarios } from '../scenarios/scenario-table.ts';

interface Seen {
  readonly completed: boolean;
  readonly verified: boolean;
  readonly error?: number;
  readonly validations?: readonly number[];
  readonly services?: object;
  readonly isMatched?: boolean;
}

const passed: Seen = { completed: true, verified: true };
const failed: Seen = { completed: false, verified: false };
const unverified: Seen = { completed: true, verified: false };
const error = (code: number): Seen => ({ ...failed, error: code });

/** What every named outcome looks like in the last answer, written down by hand. */
const expected: Readonly<Record<string, Seen>> = {
  verified: { ...passed, services: { liveness: true, spoofing: { fake: false } } },
  spoof: { ...failed, services: { spoofing: { fake: true } } },
  'spoof-verified': { ...passed, services: { spoofing: { fake: true } } },
  'liveness-false': { ...failed, services: { liveness: false } },
  'liveness-false-verified': { ...passed, services: { liveness: false } },
  'face-differs': { ...failed, isMatched: false },
  'aml-hit': { ...unverified, services: { AML: { AML_matched: true, data: [{ score: '0.97' }] } } },
  'aml-hit-verified': { ...passed, services: { AML: { AML_matched: true } } },
  'src-invalid': { ...unverified, services: { SRC: { isValid: false, errorCode: 1 } } },
  'src-invalid-verified': { ...passed, services: { SRC: { isValid: false } } },
  'completed-unverified': unverified,
  'ntra-refuses': unverified,
  'cso-refuses': passed,
  'invalid-verified': { ...passed, validations: [1001] },
  sparse: passed,
  unknown: error(5004),
  'front-missing': { ...failed, services: { liveness: true } },
  'back-missing': { ...failed, services: { liveness: true } },
  'liveness-missing': { ...failed, services: { liveness: null, AML: null, SRC: null } },
  'linked-elsewhere': error(5004),
};

function seenFor(name: string): Seen {
  const code = errorCodes.find((entry) => entry.name === name);
  if (code === undefined) return expected[name] as Seen;
  return code.field === undefined ? error(code.code) : { ...failed, validations: [code.code] };
}

function check({ status, body }: TestReply, seen: Seen): void {
  const code = seen.error ?? null;
  expect(body.error_code).toBe(code);
  expect(status).toBe(code !== null && code < 600 ? code : 200);
  if (code !== null) return;
  expect(body.data.isVerificationProcessCompleted).toBe(seen.completed);
  expect(body.data.isDigitalIdentityVerified).toBe(seen.verified);
  expect(body.services).toMatchObject(seen.services ?? {});
  if (body.services.validations === undefined) return;
  const errors: { errors: { code: number }[] }[] = body.services.validations.validation_errors;
  expect(errors.flatMap((entry) => entry.errors.map((each) => each.code))).toEqual(seen.validations ?? []);
}

/** NTRA is required and CSO is not, so that both sides of the rule show. */
const rules = { ntraRequired: true, csoRequired: false };

describe('carried by the transaction id', () => {
  test.each(scenarios.map(({ number, name }) => [number, name]))('%s links as %s', async (number, name) => {
    const client = await startTestSandbox(rules);
    check(await client.link(magicId(number)), seenFor(name));
  });

  test('an id of the second range is a top-level error where the table says validation error', async () => {
    const client = await startTestSandbox();
    const { body } = await client.link('00000000-0000-4000-8000-000000013010');
    expect(body).toMatchObject({ data: null, error_code: 3010 });
  });

  test('any id that begins with 11111111- is verified', async () => {
    const client = await startTestSandbox();
    check(await client.link('11111111-2222-4333-8444-555555555555'), passed);
  });
});

describe('carried by images', () => {
  const carried = scenarios.filter(({ carriedBy }) => carriedBy === 'id, image');

  test.each(carried.map(({ name, number }) => [name, number]))('%s strikes through a face', async (name) => {
    const client = await startTestSandbox(rules);
    const { liveness } = await client.verify({ face: name });
    check(liveness, seenFor(name));
    expect(liveness.body.data?.isMatched).toBe(
      seenFor(name).error || name === 'sparse' ? undefined : (seenFor(name).isMatched ?? true),
    );
  });

  test.each(['front', 'back'] as const)('every one is met at once, or at the end, through the %s', async (side) => {
    const client = await startTestSandbox(rules);
    for (const { name, number } of carried) {
      const seen = seenFor(name);
      const replies = await client.verify(
        { [side]: name } satisfies Marks,
        `22222222-0000-4000-8000-00000000${number}`,
      );
      if (seen.error === undefined) check(replies.liveness, seen);
      else check(replies[side], seen);
    }
  });

  test('expired on the back is a validation error of the back, and the card has expired', async () => {
    const client = await startTestSandbox();
    const { front, back } = await client.verify({ back: 'expired' });
    expect(front.body.services.validations.validation_errors).toEqual([]);
    expect(back.body.services.validations.validation_errors).toEqual([
      { field: 'idExpiry', value: '2024-12-31', errors: [{ code: 3010, message: 'Document expired.' }] },
    ]);
    expect(back.body.data.idBackData.idExpiry).toBe('2024-12-31T00:00:00Z');
  });

  test('spoof on the front shows at the front', async () => {
    const { front } = await (await startTestSandbox()).verify({ front: 'spoof' });
    expect(front.body.services.spoofing).toEqual({ fake: true });
  });

  test('sides that differ are found once both are there', async () => {
    const { front, back } = await (await startTestSandbox()).verify({ front: '3101' });
    expect(front.body.services.validations.validation_errors).toEqual([]);
    expect(back.body.services.validations.validation_errors).toMatchObject([{ errors: [{ code: 3101 }] }]);
    expect(back.body.data.idBackData.idNumber).not.toBe(back.body.data.idFrontData.idNumber);
  });

  test('a number does as well as a name, and error-N forces a top-level error', async () => {
    const { back, liveness } = await (await startTestSandbox()).verify({ back: 'error-3010', face: '5005' });
    expect(back.body.error_code).toBe(3010);
    expect(liveness.body.error_code).toBe(5005);
  });

  test('a scenario that does not exist is refused, not ignored', async () => {
    const client = await startTestSandbox();
    const { body, status } = await client.post('/api/DigitalIdentity/verify/id/front', { image: image('f', 'spof') });
    expect(status).toBe(400);
    expect(body.error_descriptions).toEqual([{ field: 'image', message: 'unknown sandbox scenario spof' }]);
  });
});
