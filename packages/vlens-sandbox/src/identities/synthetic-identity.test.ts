import fc from 'fast-check';
import { expect, test } from 'vitest';
import { femaleNames, maleNames, syntheticSurname } from './name-lists.ts';
import { inventedCheckDigit } from './national-number.ts';
import { syntheticIdentity } from './synthetic-identity.ts';

const NUMBER = /^([23])(\d\d)(\d\d)(\d\d)(\d\d)\d{3}(\d)(\d)$/;

test('the national number agrees with birth date, governorate and gender, and ends in its check digit', () => {
  fc.assert(
    fc.property(fc.uuid(), fc.string(), (id, seed) => {
      const identity = syntheticIdentity(seed, id);
      const [, century, year, month, day, governorate, gender, check] = NUMBER.exec(identity.idNumber) ?? [];
      expect(`${century === '2' ? '19' : '20'}${year}-${month}-${day}`).toBe(identity.dateOfBirth);
      expect(governorate).toBe(identity.governorate.code);
      expect(Number(gender) % 2 === 1).toBe(identity.gender === 'male');
      expect(Number(check)).toBe(inventedCheckDigit(identity.idNumber.slice(0, 13)));
    }),
    { numRuns: 500 },
  );
});

test('names, husbands and dates agree with each other, and the person is visibly synthetic', () => {
  fc.assert(
    fc.property(fc.uuid(), (id) => {
      const identity = syntheticIdentity('seed', id);
      expect(identity.gender === 'male' ? maleNames : femaleNames).toContain(identity.firstName);
      expect(identity.husbandName !== null).toBe(
        identity.gender === 'female' && identity.maritalStatus.english === 'Married',
      );
      expect(Number(identity.idExpiry.slice(0, 4)) - Number(identity.releaseDate.slice(0, 4))).toBe(7);
      expect(Date.parse(identity.dateOfBirth)).toBeLessThan(Date.parse('2002-01-01'));
      expect(identity.lastNames.english.endsWith(syntheticSurname.english)).toBe(true);
      expect(identity.idKey).toMatch(/^ZZ\d{7}$/);
    }),
  );
});

test('the same transaction always shows the same person, another transaction or seed another', () => {
  expect(syntheticIdentity('seed', 'a')).toEqual(syntheticIdentity('seed', 'a'));
  expect(syntheticIdentity('seed', 'a')).not.toEqual(syntheticIdentity('seed', 'b'));
  expect(syntheticIdentity('seed', 'a')).not.toEqual(syntheticIdentity('other', 'a'));
});
