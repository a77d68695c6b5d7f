import { expect, test } from 'vitest';
import { stepImageResult, userImagesResult } from './image-result.ts';

test.each([
  ['image/jpeg', [0xff, 0xd8, 0xff, 0xe0, 1]],
  ['image/png', [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1]],
])('%s is decoded and told by its first bytes', (contentType, content) => {
  const bytes = Buffer.from(content);

  expect(stepImageResult.parse({ data: { image: bytes.toString('base64') } })).toEqual({ bytes, contentType });
});

test.each([{}, { data: null }, { data: {} }, { data: { image: null } }, { data: { image: '' } }])(
  '%j has no image',
  (body) => {
    expect(stepImageResult.parse(body)).toBeNull();
  },
);

test.each(['PHN2Zz4=', '!!!', 'data:image/jpeg;base64,/9j/4AAQ'])('%s is refused', (image) => {
  expect(stepImageResult.safeParse({ data: { image } }).success).toBe(false);
});

test('image names are read, and missing ones are null', () => {
  expect(userImagesResult.parse({ data: { idFrontImage: 'user123_id_front_20240601.jpg' } })).toEqual({
    idFrontImage: 'user123_id_front_20240601.jpg',
    idBackImage: null,
    livenessImage: null,
    livenessFace01Image: null,
    livenessFace02Image: null,
    livenessFace03Image: null,
  });
  expect(Object.values(userImagesResult.parse({ data: null }))).toEqual(Array(6).fill(null));
});
