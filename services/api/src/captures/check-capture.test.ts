import type { ImageName } from '@identity-events/shared/contracts/capture';
import { expect, it } from 'vitest';
import { checkCapture } from './check-capture.ts';
import { jpegOf, pngOf } from './image.fixture.ts';

const now = Date.parse('2026-01-01T00:00:00Z');
const link = {
  kind: 'link',
  subject: 'user-1',
  userToken: 'abc.def',
  transactionId: '3f2504e0-4f89-41d3-9a0c-0305e82c3301',
};
const fiveImages = (): Map<ImageName, Uint8Array> =>
  new Map<ImageName, Uint8Array>([
    ['front', jpegOf(640, 400)],
    ['back', pngOf(640, 400)],
    ['face1', jpegOf(300, 300, 1)],
    ['face2', jpegOf(300, 300, 2)],
    ['face3', jpegOf(300, 300, 3)],
  ]);
const nationalId = { kind: 'national_id', subject: 'user-1', userToken: 'abc.def' };

function faultsOf(fields: Record<string, unknown>, images: Map<ImageName, Uint8Array> = new Map()): string[] {
  const checked = checkCapture({ fields, images }, now);
  return checked.ok ? [] : checked.faults.map((fault) => `${fault.field}: ${fault.kind}`);
}

it('lets a link and a national_id pass, with the lane filled in', () => {
  expect(checkCapture({ fields: link, images: new Map() }, now)).toMatchObject({
    ok: true,
    capture: { fields: { lane: 'interactive' } },
  });
  expect(faultsOf(nationalId, fiveImages())).toEqual([]);
});

it('names every fault at once', () => {
  const images = fiveImages();
  images.delete('back');
  images.set('front', Buffer.from('GIF89a'));
  images.set('face3', jpegOf(300, 300, 1));
  expect(faultsOf({ ...nationalId, subject: 'a b', colour: 'red' }, images).sort()).toEqual([
    'back: invalid',
    'colour: invalid',
    'face3: invalid',
    'front: unsupported_type',
    'subject: invalid',
  ]);
});

it.each([
  ['a name with spaces', { subject: 'Mona Ali' }, 'subject'],
  ['an e-mail address', { subject: 'mona@example.org' }, 'subject'],
  ['a phone number', { subject: '+201001234567' }, 'subject'],
  ['an empty token', { userToken: '' }, 'userToken'],
  ['a token with a line break', { userToken: 'a\nb' }, 'userToken'],
  ['a token beyond the limit', { userToken: 'x'.repeat(8193) }, 'userToken'],
  ['a transaction that is no UUID', { transactionId: '42' }, 'transactionId'],
  ['a lane that does not exist', { lane: 'express' }, 'lane'],
  ['a deadline in the past', { expiresAt: '2025-12-31T23:59:59Z' }, 'expiresAt'],
  ['a deadline beyond 7 days', { expiresAt: '2026-01-08T00:00:01Z' }, 'expiresAt'],
  ['a kind that does not exist', { kind: 'passport' }, 'kind'],
])('refuses %s', (_, change, field) => {
  expect(faultsOf({ ...link, ...change })).toEqual([`${field}: invalid`]);
});

it('refuses images with a kind that carries none', () => {
  expect(faultsOf(link, new Map([['front', pngOf(10, 10)]]))).toEqual(['front: invalid']);
});

it.each([
  ['exactly 5 MiB', Buffer.concat([pngOf(10, 10), Buffer.alloc(5 * 1024 * 1024 - pngOf(10, 10).length)]), []],
  [
    'one byte more',
    Buffer.concat([pngOf(10, 10), Buffer.alloc(5 * 1024 * 1024 + 1 - pngOf(10, 10).length)]),
    ['front: too_large'],
  ],
  ['exactly 25 million pixels', pngOf(5_000, 5_000), []],
  ['one row more', jpegOf(5_000, 5_001), ['front: too_large']],
  ['no pixels', pngOf(0, 100), ['front: invalid']],
  ['a header cut short', pngOf(10, 10).subarray(0, 12), ['front: invalid']],
  ['nothing', Buffer.alloc(0), ['front: invalid']],
  ['a PDF', Buffer.from('%PDF-1.7 ...'), ['front: unsupported_type']],
])('judges an image of %s', (_, image, expected) => {
  const images = fiveImages();
  images.set('front', image);
  const faults = faultsOf(nationalId, images);
  expect(faults).toEqual(expected);
});
