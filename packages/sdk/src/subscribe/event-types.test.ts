import { expect, it } from 'vitest';
import { eventContracts } from '#contracts/event-contracts';
import { dataReaders } from './event-types.ts';

it('every type of event that the service has can be read', () => {
  expect(Object.keys(dataReaders).sort()).toEqual(Object.keys(eventContracts).sort());
});
