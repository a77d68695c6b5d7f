import process from 'node:process';
import { captureLimits } from '@identity-events/shared/contracts/capture';
import { sampleImage } from '@identity-events/vlens-sandbox/sample-image';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { jpegOf, pngOf } from './image.fixture.ts';
import { jpegSize, pngSize } from './read-image-size.ts';

const [width, height] = [640, 400];
const start = Buffer.from([0xff, 0xd8]);
const comment = Buffer.from([0xff, 0xfe, 0, 6, 0xff, 0xc0, 1, 2]);

test.each<[string, Buffer]>([
  ['a segment in front', Buffer.concat([start, comment, jpegOf(width, height).subarray(2)])],
  ['bytes between segments', Buffer.concat([start, comment, Buffer.alloc(9), jpegOf(width, height).subarray(2)])],
  ['0xff in front of a marker', Buffer.concat([start, Buffer.alloc(3, 0xff), jpegOf(width, height).subarray(2)])],
  ['comments of 400 KB in front', sampleImage({ seed: 1, width, height, bytesMin: 400_000 })],
])('a JPEG with %s has the size of its frame', (_, image) => {
  expect(jpegSize(image)).toEqual({ width, height });
});

test('a PNG has the size of its header', () => {
  expect(pngSize(sampleImage({ seed: 1, width, height, format: 'png' }))).toEqual({ width, height });
  expect(pngSize(pngOf(width, height).subarray(0, 23))).toBeUndefined();
  expect(
    pngSize(Buffer.from(pngOf(width, height).toString('latin1').replace('IHDR', 'IDAT'), 'latin1')),
  ).toBeUndefined();
});

test.each<[string, Buffer | number]>([
  ['zeros', 0],
  ['0xff', 0xff],
  ['empty segments', Buffer.from([0xff, 0xfe, 0, 2])],
  ['segments without a length', Buffer.from([0xff, 0xfe, 0, 0])],
])('the largest image of %s is looked through in a moment', (_, fill) => {
  const image = Buffer.concat([start, Buffer.alloc(captureLimits.imageBytesMax, fill)]);
  const before = process.cpuUsage();
  expect(jpegSize(image)).toBeUndefined();
  const { user, system } = process.cpuUsage(before);
  // About 20 ms; with a view of the rest for each step it is 700.
  expect((user + system) / 1_000).toBeLessThan(500);
});

test('whatever the bytes are, they have a size or none', () => {
  const bytes = fc.uint8Array({ maxLength: 200 }).map((random) => Buffer.from(random));
  fc.assert(fc.property(bytes, (image) => void [jpegSize(image), pngSize(image)]));
});
