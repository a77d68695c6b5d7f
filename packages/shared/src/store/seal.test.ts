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

it('never seals the same twice', () => {
  expect(sealText(sealer, 'token', 'x')).not.toBe(sealText(sealer, 'token', 'x'));
});

it.each(['', 'k1', 'k1:c2hvcnQ=', 'k 1:x', `${ring('k1', 1)},${ring('k1', 2)}`])(
  'refuses the key ring %j',
  (setting) => {
    expect(() => createSealer(setting)).toThrow('key ring must be');
  },
);
