import fc from 'fast-check';
import { expect, it } from 'vitest';
import { hasJsonShape } from './json-shape.ts';

/** Depth and values of parsed JSON, counted the slow way: each element and member, and each opening bracket. */
function shapeOf(value: unknown): { depth: number; values: number } {
  if (typeof value !== 'object' || value === null) return { depth: 0, values: 0 };
  const parts = Object.values(value).map(shapeOf);
  const own = 1 + Math.max(0, parts.length - 1);
  return {
    depth: 1 + Math.max(0, ...parts.map(({ depth }) => depth)),
    values: parts.reduce((sum, { values }) => sum + values, own),
  };
}

it('agrees with the parsed value about depth and size, whatever stands in its strings', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6, noUnicodeString: false }), (value) => {
      const bytes = Buffer.from(JSON.stringify(value));
      const { depth, values } = shapeOf(value);
      expect(hasJsonShape(bytes, { depthMax: depth, valuesMax: values + 1 })).toBe(true);
      if (depth > 0) expect(hasJsonShape(bytes, { depthMax: depth - 1, valuesMax: values + 1 })).toBe(false);
      if (values > 0) expect(hasJsonShape(bytes, { depthMax: depth, valuesMax: values })).toBe(false);
    }),
  );
});

it('brackets and quotes in strings count for nothing', () => {
  const text = JSON.stringify({ a: '[[[{{{,,,\\"[', b: '\\' });
  expect(hasJsonShape(Buffer.from(text), { depthMax: 1, valuesMax: 3 })).toBe(true);
});
