import { expect, test } from 'vitest';
import { BoundedMap } from './bounded-map.ts';

test('the least recently used entry is forgotten first', () => {
  const map = new BoundedMap<string, number>(2);
  map.set('a', 1);
  map.set('b', 2);
  map.get('a');
  map.set('c', 3);
  expect([map.get('a'), map.get('b'), map.get('c')]).toEqual([1, undefined, 3]);
});

test('the total weight never passes the limit', () => {
  const map = new BoundedMap<number, string>(10, (value) => value.length);
  for (let key = 0; key < 100; key += 1) {
    map.set(key, 'x'.repeat(1 + (key % 4)));
    expect(map.weight).toBeLessThanOrEqual(10);
  }
  map.set(1, 'x'.repeat(11));
  expect(map.get(1)).toBeUndefined();
});

test('replacing an entry frees the weight of the old one', () => {
  const map = new BoundedMap<string, string>(10, (value) => value.length);
  map.set('a', 'xxxxxxxx');
  map.set('a', 'x');
  expect([map.size, map.weight]).toEqual([1, 1]);
});
