import { expect, it } from 'vitest';
import { createFinder, needleOf } from './needles.ts';

const found = (bytes: Buffer, value: string | Buffer): boolean =>
  createFinder([needleOf('w', 'c', value)])({ place: 'p', bytes }).length > 0;

const values = ['sandbox-user-1', 'a b+c/d?e&f=g"h', 'فاطمة محمود', Buffer.from([0, 255, 254, 3, 62, 63, 190, 251, 9])];
const asciiJson = (value: string): string =>
  JSON.stringify(value).replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
const lengths = [0, 1, 2, 3, 4, 5];
const places = lengths.flatMap((before) => lengths.map((after) => [before, after] as const));

it.each(values)('finds %j in whichever form it was written, wherever it stands', (value) => {
  for (const [before, after] of places) {
    const whole = Buffer.concat([Buffer.alloc(before, 'x'), Buffer.from(value as string), Buffer.alloc(after, 'y')]);
    expect(found(whole, value)).toBe(true);
    for (const encoding of ['base64', 'base64url', 'hex'] as const) {
      expect(found(Buffer.from(whole.toString(encoding)), value), `${encoding} ${before} ${after}`).toBe(true);
    }
    expect(found(Buffer.from(whole.toString('hex').toUpperCase()), value)).toBe(true);
    if (typeof value !== 'string') continue;
    expect(found(Buffer.from(`/x?y=${encodeURIComponent(value)}`), value)).toBe(true);
    expect(found(Buffer.from(new URLSearchParams({ value }).toString()), value)).toBe(true);
    expect(found(Buffer.from(JSON.stringify({ value })), value)).toBe(true);
    expect(found(Buffer.from(asciiJson(value)), value)).toBe(true);
  }
});

it('finds nothing that is not there, and refuses what may be anywhere by chance', () => {
  expect(found(Buffer.from('sandbox-user-1235'), 'sandbox-user-1234')).toBe(false);
  expect(() => needleOf('w', 'c', '1234567')).toThrow('too short');
});
