import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createSealer } from './seal.ts';
import { openUserToken, sealUserToken } from './user-token.ts';

const sealer = createSealer(`a:${Buffer.alloc(32, 1).toString('base64')}`);
const capture = { id: 'cap_1', tenant: 'demo' };
const sealedBytes = (token: string): number => sealUserToken(sealer, token, capture).length;

const visible = fc.string({ unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)) });
const base64url = fc.uint8Array({ maxLength: 600 }).map((bytes) => Buffer.from(bytes).toString('base64url'));
const likeJwt = fc.array(base64url, { minLength: 1, maxLength: 5 }).map((parts) => parts.join('.'));

it('every token comes out as it went in', () => {
  const token = fc.oneof(visible, likeJwt).filter(({ length }) => length > 0 && length <= 8_192);
  fc.assert(
    fc.property(token, (each) => {
      expect(openUserToken(sealer, sealUserToken(sealer, each, capture), capture)).toBe(each);
    }),
  );
});

it('one in base64url takes three quarters of its length', () => {
  const part = Buffer.alloc(300, 7).toString('base64url');
  const [jwt, other] = [`${part}.${part}`, `${part}+${part}`];
  expect(sealedBytes(jwt) - sealedBytes('+')).toBe(2 * (2 + 300));
  expect(sealedBytes(other) - sealedBytes('+')).toBe(other.length - 1);
});

it('it opens for its capture only', () => {
  const sealed = sealUserToken(sealer, 'token', capture);
  expect(() => openUserToken(sealer, sealed, { ...capture, id: 'cap_2' })).toThrow('could not be opened');
});
