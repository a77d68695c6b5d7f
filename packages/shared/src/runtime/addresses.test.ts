import { expect, it } from 'vitest';
import { addressList, toBlockList } from './addresses.ts';

const list = toBlockList(addressList.parse('10.1.0.0/16, 192.0.2.7,2001:db8::/32'));

it.each([
  ['10.1.255.1', 'ipv4', true],
  ['10.2.0.1', 'ipv4', false],
  ['192.0.2.7', 'ipv4', true],
  ['::ffff:192.0.2.7', 'ipv6', true],
  ['::ffff:192.0.2.8', 'ipv6', false],
  ['2001:db8:1::1', 'ipv6', true],
  ['2001:db9::1', 'ipv6', false],
] as const)('%s (%s) is in the list: %s', (address, family, is) => {
  expect(list.check(address, family)).toBe(is);
});

it.each(['10.0.0.0/33', 'vlens.example', '10.0.0.1,,10.0.0.2', '10.0.0'])('%s is no list', (text) => {
  expect(addressList.safeParse(text).success).toBe(false);
});
