import { expect, test } from 'vitest';
import { linkFull, livenessSuccess, ocrFrontFlat } from './answers.fixture.ts';
import { ocrBackResult, ocrFrontResult, verifyResult } from './verify-result.ts';

const fieldsOf = (services: unknown) =>
  verifyResult.parse({ services }).services.validationErrors.map(({ field }) => field);

const silent = {
  spoofingFake: null,
  liveness: null,
  amlMatched: null,
  amlHits: 0,
  srcValid: null,
  srcErrorCode: null,
  validationErrors: [],
  documentType: null,
};

test('the documented liveness success reads as one', () => {
  expect(verifyResult.parse(livenessSuccess)).toEqual({
    transactionId: null,
    isVerificationProcessCompleted: true,
    isDigitalIdentityVerified: true,
    isMatched: null,
    userId: null,
    services: { ...silent, spoofingFake: false, liveness: true, amlMatched: false, srcValid: true },
    identity: { front: null, back: null },
  });
});

test('every member of the schema is read', () => {
  const result = verifyResult.parse(linkFull);

  expect(result).toMatchObject({ transactionId: '6f9619ff-8b86-4d01-b42d-00cf4fc964ff', userId: '4711' });
  expect(result.services).toEqual({
    spoofingFake: false,
    liveness: true,
    amlMatched: true,
    amlHits: 1,
    srcValid: false,
    srcErrorCode: 7,
    validationErrors: [{ field: 'dateOfBirth', codes: [1001] }],
    documentType: 'national_id',
  });
  expect(Object.keys(result.identity.front ?? {})).toHaveLength(18);
  expect(result.identity.front).toMatchObject({
    firstName: 'سلمى',
    addressEnglish: '1 Example St',
    idKey: 'AA0000000',
  });
  expect(Object.keys(result.identity.back ?? {})).toHaveLength(15);
  expect(result.identity.back).toMatchObject({ jobTitleEnglish: 'lead', idExpiry: '2027-01-01', husbandName: null });
});

test('outside identity there is nothing personal', () => {
  const { identity: _, ...rest } = verifyResult.parse(linkFull);

  expect(JSON.stringify(rest)).not.toMatch(/Salma|299012|1990|1999|\+20|on file/);
});

test.each([{}, { data: null, services: null }, { data: {}, services: {} }, { data: { idFrontData: {}, user: null } }])(
  'an answer that says nothing reads as null: %j',
  (body) => {
    expect(verifyResult.parse(body)).toEqual({
      transactionId: null,
      isVerificationProcessCompleted: null,
      isDigitalIdentityVerified: null,
      isMatched: null,
      userId: null,
      services: silent,
      identity: { front: null, back: null },
    });
  },
);

test('services that did not run may be null', () => {
  const services = { spoofing: null, liveness: null, AML: null, SRC: null, validations: null, classification: null };

  expect(verifyResult.parse({ services }).services).toEqual(silent);
});

test('validation errors count in either spelling, and once in both', () => {
  const one = { validation_errors: [{ field: 'idNumber', errors: [{ code: 3001 }] }] };
  const other = { validation_errors: [{ field: 'gender', errors: [{ code: 3005 }] }] };
  expect(fieldsOf({ validations: one })).toEqual(['idNumber']);
  expect(fieldsOf({ Validations: one })).toEqual(['idNumber']);
  expect(fieldsOf({ validations: one, Validations: one })).toEqual(['idNumber']);
  expect(fieldsOf({ validations: one, Validations: other })).toEqual(['idNumber', 'gender']);
});

test('a failed field without a code is still a failed field, and its name is a word or unknown', () => {
  const validation_errors = [{ field: 'Mona Sample' }, { field: '29901230100000', errors: null }, { errors: [{}] }];

  expect(verifyResult.parse({ services: { validations: { validation_errors } } }).services.validationErrors).toEqual([
    { field: 'unknown', codes: [] },
    { field: null, codes: [] },
  ]);
});

test.each(['transactionId', 'transaction_id'])('the transaction is read from %s', (name) => {
  expect(verifyResult.parse({ data: { [name]: 'T-1' } }).transactionId).toBe('T-1');
});

test('the transaction is read from either side of the card', () => {
  for (const side of ['idFrontData', 'idBackData']) {
    expect(verifyResult.parse({ data: { [side]: { transaction_id: 'T-1' } } }).transactionId).toBe('T-1');
  }
});

test('numbers where text is documented become text', () => {
  const { identity } = verifyResult.parse({ data: { idFrontData: { idNumber: 29901230100000 } } });

  expect(identity.front?.idNumber).toBe('29901230100000');
});

test('flat OCR data reads as the side that was asked for', () => {
  const front = ocrFrontResult.parse({ ...ocrFrontFlat, services: ocrFrontFlat.Services });

  expect(front).toMatchObject({ transactionId: '0b0e8f3e-6f0f-4f0a-9d46-3a9f6a1c0001', identity: { back: null } });
  expect(front.identity.front).toMatchObject({ name: 'عمر عينة', idNumber: '30001010100000', city: null });
  expect(ocrBackResult.parse({ data: { jobTitle: 'lead' } }).identity).toMatchObject({
    front: null,
    back: { jobTitle: 'lead' },
  });
});

test('nested OCR data reads the same', () => {
  expect(ocrFrontResult.parse(linkFull)).toEqual(verifyResult.parse(linkFull));
});
