import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createSealer, openText, sealText } from './seal.ts';

const ring = (id: string, byte: number): string => `${id}:${Buffer.alloc(32, byte).toString('base64')}`;
const sealer = createSealer(ring('k1', 1));

it('opens what it sealed, whatever it is', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.string(), (plain, context) => {
      expect(Uint8Array.from(sealer.open(sealer.seal(plain, context), context))).toEqual(plain);
    }),
  );
});

it('seals in parts what it seals whole, however many parts that are', () => {
  for (const bytes of [0, 1, 65_535, 65_536, 65_537, 200_000]) {
    const plain = Buffer.alloc(bytes, 'face');
    expect(sealer.open(Buffer.concat(sealer.sealInParts(plain, 'x')), 'x').equals(plain)).toBe(true);
  }
});

it('opens nothing that was changed in any one byte, or moved to another context', () => {
  const sealed = sealer.seal(Buffer.from('face'), 'demo/cap_1/face1');
  for (let i = 0; i < sealed.length; i++) {
    const changed = Buffer.from(sealed);
    changed[i] = (changed[i] as number) ^ 1;
    expect(() => sealer.open(changed, 'demo/cap_1/face1'), `byte ${i}`).toThrow('could not be opened');
  }
  expect(() => sealer.open(sealed, 'demo/cap_2/face1')).toThrow('could not be opened');
  expect(() => sealer.open(sealed.subarray(0, 20), 'demo/cap_1/face1')).toThrow('could not be opened');
});

it('seals with the first key and opens with all of them', () => {
  const before = sealText(sealer, 'token', 'x');
  const rotated = createSealer(`${ring('k2', 2)},${ring('k1', 1)}`);
  expect(openText(rotated, before, 'x')).toBe('token');
  const after = sealText(rotated, 'token', 'x');
  expect(() => openText(sealer, after, 'x')).toThrow('could not be opened');
});

it('draws a new nonce each time, beyond those that it has ahead', () => {
  const nonces = Array.from({ length: 1_000 }, () => sealer.seal(Buffer.of(), 'x').toString('hex', 4, 16));
  expect(new Set(nonces).size).toBe(1_000);
});

it('never seals the same twice', () => {
  expect(sealText(sealer, 'token', 'x')).not.toBe(sealText(sealer, 'token', 'x'));
});

it.each(['', 'k1', 'k1:c2hvcnQ=', 'k 1:x', `${ring('k1', 1)},${ring('k1', 2)}`])(
  'refuses the key ring %j',
  (setting) => {
    expect(() => createSealer(setting)).toThrow('key ring must be');
  },
);
