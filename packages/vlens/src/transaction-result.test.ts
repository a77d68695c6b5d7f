import { expect, test } from 'vitest';
import { transactionResult } from './transaction-result.ts';

test('a transaction is read without its personal data', () => {
  const data = {
    transaction: {
      id: 'T-1',
      stepsCount: 3,
      fullName: 'Salma Sample',
      idNumber: '29901230100000',
      isMatched: true,
      isVerified: true,
      creationTime: '05/09/2024 09:22:03',
      clientTransactionId: 'c-1',
      creatorUserId: 4711,
    },
    transactionItems: { isDigitalIdentityVerified: true, phoneNumber: '+201000000000', steps: [] },
  };

  expect(transactionResult.parse({ data })).toEqual({
    transactionId: 'T-1',
    clientTransactionId: 'c-1',
    stepsCount: 3,
    isMatched: true,
    isVerified: true,
    isDigitalIdentityVerified: true,
    creationTime: '05/09/2024 09:22:03',
    creatorUserId: '4711',
  });
});

test.each([{}, { data: null }, { data: { transactionItems: null } }])('%j names no transaction', (body) => {
  expect(transactionResult.parse(body)).toBeNull();
});
