import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { toJsonBody } from './json-body.ts';

const member = fc.oneof(
  fc.uint8Array({ maxLength: 64 }),
  fc.string({ unit: 'binary' }),
  fc.boolean(),
  fc.integer(),
  fc.record({ latitude: fc.double({ noNaN: true, noDefaultInfinity: true }) }),
  fc.constant(undefined),
);

test('the body is what JSON.stringify would write, with bytes as base64', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), member), (members) => {
      const plain = Object.entries(members).map(([name, value]) => {
        return [name, value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value];
      });

      expect(toJsonBody(members).toString()).toBe(JSON.stringify(Object.fromEntries(plain)));
    }),
  );
});

test('a view into a larger buffer sends only itself', () => {
  const image = Buffer.from('--image--').subarray(2, 7);

  expect(toJsonBody({ image }).toString()).toBe(`{"image":"${Buffer.from('image').toString('base64')}"}`);
});
