import { BlockList, isIPv6 } from 'node:net';
import { z } from 'zod';

/** An IP address or a subnet (`10.0.0.0/8`, `2001:db8::/32`). */
export const address = z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()], 'must be an IP address or a subnet');

/** IP addresses and subnets, comma separated; up to 100. */
export const addressList = z
  .string()
  .transform((text) => text.split(',').map((part) => part.trim()))
  .pipe(z.array(address).max(100));

/** What tells whether an address is in the list. IPv4 addresses are found in their IPv6 form, too. */
export function toBlockList(addresses: readonly string[]): BlockList {
  const list = new BlockList();
  for (const text of addresses) {
    const [network = '', bits] = text.split('/');
    const family = isIPv6(network) ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(network, family);
    else list.addSubnet(network, Number(bits), family);
  }
  return list;
}
