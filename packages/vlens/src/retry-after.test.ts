import { expect, test } from 'vitest';
import { parseRetryAfter } from './retry-after.ts';

const now = Date.parse('Wed, 21 Oct 2026 07:28:00 GMT');

test.each([
  [undefined, null],
  ['', null],
  ['soon', null],
  ['-5', 0],
  ['0', 0],
  [' 120 ', 120_000],
  ['99999999999999999999', 3_600_000],
  ['Wed, 21 Oct 2026 07:28:30 GMT', 30_000],
  ['Wed, 21 Oct 2026 07:00:00 GMT', 0],
  ['Wed, 21 Oct 2099 07:28:00 GMT', 3_600_000],
])('%j is a wait of %j ms', (header, waitMs) => {
  expect(parseRetryAfter(header, now)).toBe(waitMs);
});
