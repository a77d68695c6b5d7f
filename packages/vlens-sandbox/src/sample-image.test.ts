import { inflateSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { readImageInfo } from './images/read-image-info.ts';
import { sampleImage } from './sample-image.ts';

const formats = ['jpeg', 'png'] as const;

test.each(formats)('a %s sample carries its size and its scenario', (format) => {
  const sample = sampleImage({ seed: 1, scenario: 'expired', format, width: 40, height: 24 });
  expect(readImageInfo(sample)).toEqual({ format, width: 40, height: 24, scenario: 'expired' });
});

test.each(formats)('a %s sample without scenario carries none', (format) => {
  expect(readImageInfo(sampleImage({ seed: 1, format }))?.scenario).toBeNull();
});

test.each(formats)('%s samples differ by seed and by nothing else', (format) => {
  expect(sampleImage({ seed: 'a', format })).toEqual(sampleImage({ seed: 'a', format }));
  expect(sampleImage({ seed: 'a', format })).not.toEqual(sampleImage({ seed: 'b', format }));
});

test.each(formats)('a padded %s sample has at least the bytes asked for and keeps its scenario', (format) => {
  const sample = sampleImage({ seed: 1, scenario: 'spoof', format, bytesMin: 200_000 });
  expect(sample.length).toBeGreaterThanOrEqual(200_000);
  expect(sample.length).toBeLessThan(270_000);
  expect(readImageInfo(sample)?.scenario).toBe('spoof');
});

test('a JPEG sample begins and ends as a JPEG does, with every 0xff in its scan stuffed', () => {
  const sample = sampleImage({ seed: 1, width: 640, height: 480 });
  const scan = sample.subarray(sample.indexOf(Buffer.from([0xff, 0xda])) + 10, -2);
  expect(sample.subarray(0, 3)).toEqual(Buffer.from([0xff, 0xd8, 0xff]));
  expect(sample.subarray(-2)).toEqual(Buffer.from([0xff, 0xd9]));
  expect(scan.every((byte, index) => byte !== 0xff || scan[index + 1] === 0)).toBe(true);
});

test('a PNG sample holds one filter byte and one row for each line', () => {
  const sample = sampleImage({ seed: 1, format: 'png', width: 10, height: 7 });
  const start = sample.indexOf('IDAT');
  const length = sample.readUInt32BE(start - 4);
  expect(inflateSync(sample.subarray(start + 4, start + 4 + length))).toHaveLength(11 * 7);
});

test.each([
  ['nothing', Buffer.alloc(0)],
  ['text', Buffer.from('hello, this is no image at all, is it?')],
  ['a JPEG cut off before its size', sampleImage({ seed: 1 }).subarray(0, 60)],
  ['a PNG cut off in its header', sampleImage({ seed: 1, format: 'png' }).subarray(0, 20)],
])('%s is no image', (_what, bytes) => {
  expect(readImageInfo(bytes)).toBeNull();
});
