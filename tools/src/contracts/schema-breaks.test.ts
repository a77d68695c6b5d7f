import { expect, test } from 'vitest';
import type { Json } from './json-schema.ts';
import { findAnswerBreaks, findRequestBreaks } from './schema-breaks.ts';

const text = { type: 'string' };
const object = (properties: Json, required = Object.keys(properties), more: Json = {}): Json => ({
  type: 'object',
  properties,
  required,
  ...more,
});
const strict = { additionalProperties: false };
const choice = (...values: string[]): Json => ({ type: 'string', enum: values });
const open = { 'x-open-enum': true };
const nullable = { type: ['string', 'null'] };
const link = object({ kind: { type: 'string', const: 'link' }, id: text });
const ocr = object({ kind: { type: 'string', const: 'ocr' }, front: text });

const fine = '';

// What changes, the schema before and after, and what each side is told; nothing when it breaks nobody.
test.each([
  ['nothing', object({ a: text }), object({ a: text }), fine, fine],
  ['words alone', text, { ...text, description: 'x' }, fine, fine],
  ['a field is added, optional', object({}), object({ a: text }, []), fine, fine],
  [
    'a field is added, optional, to a strict object',
    object({}, [], strict),
    object({ a: text }, [], strict),
    fine,
    '/a is a new field where none was allowed',
  ],
  ['a field is added, required', object({}), object({ a: text }), '/a is newly required', fine],
  ['a field is removed', object({ a: text }), object({}), fine, '/a was removed'],
  ['an optional field is removed', object({ a: text }, []), object({}), fine, '/a was removed'],
  [
    'a field is removed from a strict object',
    object({ a: text }, [], strict),
    object({}, [], strict),
    '/a is no longer known',
    '/a was removed',
  ],
  ['a field becomes optional', object({ a: text }), object({ a: text }, []), fine, '/a is no longer always there'],
  ['a field becomes required', object({ a: text }, []), object({ a: text }), '/a is newly required', fine],
  [
    'an object becomes strict',
    object({ a: text }),
    object({ a: text }, ['a'], strict),
    'no longer takes other fields',
    fine,
  ],
  [
    'an object becomes open',
    object({ a: text }, ['a'], strict),
    object({ a: text }),
    fine,
    'may now have other fields',
  ],
  ['a type changes', text, { type: 'number' }, 'no longer takes the type "string"', 'may now have the type "number"'],
  ['whole numbers become any', { type: 'integer' }, { type: 'number' }, fine, 'may now have the type "number"'],
  ['numbers become whole', { type: 'number' }, { type: 'integer' }, 'no longer takes the type "number"', fine],
  ['null is added', text, nullable, fine, 'may now have the type "null"'],
  ['null is dropped', nullable, text, 'no longer takes the type "null"', fine],
  [
    'null is dropped, spelled as variants',
    { anyOf: [text, { type: 'null' }] },
    text,
    'no longer takes the type "null"',
    fine,
  ],
  ['a list of types is spelled as variants', nullable, { anyOf: [text, { type: 'null' }] }, fine, fine],
  ['a value is added', choice('a'), choice('a', 'b'), fine, 'may now have the value "b"'],
  ['a value is added to an open list', { ...choice('a'), ...open }, { ...choice('a', 'b'), ...open }, fine, fine],
  ['a value is dropped', choice('a', 'b'), choice('a'), 'no longer takes the value "b"', 'no longer has the value "b"'],
  [
    'a value is dropped from an open list',
    { ...choice('a', 'b'), ...open },
    { ...choice('a'), ...open },
    fine,
    'no longer has the value "b"',
  ],
  ['any value becomes a list', text, choice('a'), 'no longer takes the value any', fine],
  ['a list becomes any value', choice('a'), text, fine, 'may now have the value any'],
  [
    'a constant changes',
    { type: 'string', const: 'a' },
    { type: 'string', const: 'b' },
    'no longer takes the value "a"',
    'may now have the value "b"',
  ],
  ['a maximum falls', { ...text, maxLength: 9 }, { ...text, maxLength: 8 }, 'has a narrower maxLength', fine],
  ['a maximum rises', { ...text, maxLength: 8 }, { ...text, maxLength: 9 }, fine, 'has a wider maxLength'],
  ['a maximum goes', { ...text, maxLength: 8 }, text, fine, 'has a wider maxLength'],
  ['a minimum comes', text, { ...text, minLength: 1 }, 'has a narrower minLength', fine],
  [
    'a pattern changes',
    { ...text, pattern: 'a' },
    { ...text, pattern: 'b' },
    'has a narrower pattern',
    'has a wider pattern',
  ],
  ['a format comes', text, { ...text, format: 'uuid' }, 'has a narrower format', fine],
  ['a variant is added', { oneOf: [link] }, { oneOf: [link, ocr] }, fine, 'may now have the value "ocr"'],
  [
    'a variant is dropped',
    { oneOf: [link, ocr] },
    { oneOf: [link] },
    'no longer takes the value "ocr"',
    'no longer has the variant',
  ],
  ['variants change places', { oneOf: [link, ocr] }, { oneOf: [ocr, link] }, fine, fine],
  [
    'a field of a variant is removed',
    { oneOf: [link, ocr] },
    { oneOf: [link, object({ kind: { type: 'string', const: 'ocr' } })] },
    fine,
    '/front was removed',
  ],
  [
    'deep within lists',
    object({ a: { type: 'array', items: object({ b: text }) } }),
    object({ a: { type: 'array', items: object({}) } }),
    fine,
    '/a/*/b was removed',
  ],
  [
    'values of a record',
    { type: 'object', additionalProperties: choice('a') },
    { type: 'object', additionalProperties: choice('a', 'b') },
    fine,
    '/* may now have the value "b"',
  ],
])('%s', (_, before: Json, after: Json, forRequests, forAnswers) => {
  const tells = (breaks: readonly string[], expected: string): void => {
    if (expected === fine) expect(breaks).toEqual([]);
    else expect(breaks.join('\n')).toContain(expected);
  };
  tells(findRequestBreaks(before, after, ''), forRequests);
  tells(findAnswerBreaks(before, after, ''), forAnswers);
});

test('siblings that look alike are told apart by what fits best', () => {
  const union = { anyOf: [object({ pointer: text, detail: text }), object({ parameter: text, detail: text })] };
  expect([...findAnswerBreaks(union, union, ''), ...findRequestBreaks(union, union, '')]).toEqual([]);
});
