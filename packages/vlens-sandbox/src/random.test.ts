import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SeededRandom } from './random.ts';

test('the same seed gives the same sequence, another seed another', () => {
  const draw = (seed: string) => {
    const random = new SeededRandom(seed);
    return [random.next(), random.integer(1, 6), random.uuid()];
  };
  expect(draw('a')).toEqual(draw('a'));
  expect(draw('a')).not.toEqual(draw('b'));
});

test('whole numbers keep within their limits and ids are version 4 UUIDs', () => {
  fc.assert(
    fc.property(fc.string(), fc.integer({ min: 0, max: 50 }), fc.nat(50), (seed, least, span) => {
      const random = new SeededRandom(seed);
      const drawn = random.integer(least, least + span);
      expect(drawn).toBeGreaterThanOrEqual(least);
      expect(drawn).toBeLessThanOrEqual(least + span);
      expect(random.uuid()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    }),
  );
});
