import { acceptedAtOf, captureId } from '@identity-events/shared/contracts/capture-job';
import { validate, version } from 'uuid';
import { expect, test } from 'vitest';
import { newCaptureId } from './capture-id.ts';

const asUuid = (id: string): string => id.slice(4).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');

test.each([0, 1, 1_700_000_000_123, 2 ** 48 - 1])('an id is a UUIDv7 of its time: %d', (createdAt) => {
  const id = newCaptureId(createdAt);

  expect(captureId.safeParse(id).success).toBe(true);
  expect(validate(asUuid(id))).toBe(true);
  expect(version(asUuid(id))).toBe(7);
  expect(acceptedAtOf(id)).toBe(createdAt);
});

test('ids of one millisecond differ', () => {
  expect(new Set(Array.from({ length: 1_000 }, () => newCaptureId(1))).size).toBe(1_000);
});
