import fc from 'fast-check';
import { expect, it } from 'vitest';
import { toKnownFields } from './log-fields.ts';

const secret = 'Aisha 29901011234567';

it('known fields with scalar values are kept as they are; undefined ones are left out', () => {
  const fields = { captureId: 'cap_1', durationMs: 1.5, mended: false, reason: null, code: undefined };
  expect(toKnownFields(fields)).toEqual({ captureId: 'cap_1', durationMs: 1.5, mended: false, reason: null });
});

const cyclic: Record<string, unknown> = {};
cyclic['self'] = cyclic;

it.each<[what: string, fields: unknown, kept: object]>([
  ['a field that nobody listed', { name: secret, code: 'ok' }, { code: 'ok', droppedFields: 1 }],
  ['a listed field with an object', { code: { name: secret } }, { droppedFields: 1 }],
  ['a listed field with an array', { code: [secret] }, { droppedFields: 1 }],
  [
    'a boxed string with a toJSON',
    { code: Object.assign(new String('x'), { toJSON: () => secret }) },
    { droppedFields: 1 },
  ],
  ['a function, a symbol, a bigint', { code: () => secret, why: Symbol(secret), at: 1n }, { droppedFields: 3 }],
  ['a cycle', cyclic, { droppedFields: 1 }],
  ['an error', Object.assign(new Error(secret), { request: { body: secret } }), { droppedFields: 1 }],
  ['a buffer', Buffer.from(secret), { droppedFields: secret.length }],
  ['a text', secret, {}],
  ['nothing', undefined, {}],
  [
    'what the line has already',
    { level: secret, message: secret, time: secret, service: secret },
    { droppedFields: 4 },
  ],
  ['a prototype', JSON.parse(`{"__proto__":{"code":"${secret}"},"constructor":1}`), { droppedFields: 2 }],
  ['an inherited field', Object.create({ code: secret }), {}],
  ['no number', { at: Number.NaN, durationMs: Infinity }, { at: 'NaN', durationMs: 'Infinity' }],
  [
    'a getter that throws',
    {
      get code(): string {
        throw new Error(secret);
      },
      why: 'ok',
    },
    { why: 'ok', droppedFields: 1 },
  ],
  [
    'a proxy that throws',
    new Proxy(
      {},
      {
        ownKeys() {
          throw new Error(secret);
        },
      },
    ),
    { droppedFields: 1 },
  ],
])('%s gives nothing away', (_what, fields, kept) => {
  const known = toKnownFields(fields);
  expect(known).toEqual(kept);
  expect(JSON.stringify(known)).not.toContain(secret);
});

it('a value that is another one at each look is looked at once', () => {
  const looks = ['fine', { name: secret }];
  const fields = {
    get code() {
      return looks.shift();
    },
  };
  expect(toKnownFields(fields)).toEqual({ code: 'fine' });
});

it('long texts are cut', () => {
  expect(String(toKnownFields({ stack: 'x'.repeat(10_000) })['stack'])).toHaveLength(4_099);
});

it('whatever it is given, it answers scalars that JSON can hold', () => {
  fc.assert(
    fc.property(fc.anything({ withBigInt: true, withNullPrototype: true, withSparseArray: true }), (anything) => {
      const known = toKnownFields({ code: anything, anything });
      expect(Object.values(known).every((value) => value === null || typeof value !== 'object')).toBe(true);
      expect(() => JSON.stringify(known)).not.toThrow();
    }),
  );
});
