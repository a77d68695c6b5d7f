import { keys } from '@identity-events/shared/store/keys';
import { runScript, type Script, script } from '@identity-events/shared/store/run-script';
import type { Client } from '@identity-events/shared/tenants/tenant';
import type { Redis } from 'ioredis';
import type { Allowance, ClientAllowances, Limit, Source } from '../limits/allowance.ts';
import { createLease } from '../limits/lease.ts';
import { quotaScript, rateScript } from './allowance-scripts.ts';

export interface RedisAllowancesOptions {
  /** Of clients that name none of their own. */
  readonly defaults: { readonly rate: Limit; readonly dailyQuota: number | null };
  /** A clock that only goes forward; ms. */
  readonly steadyNow: () => number;
}

const scripts = { rate: script(rateScript), quota: script(quotaScript) };
const dayMs = 86_400_000;

/** What a process holds at hand may be used for so long, so that in any span a little more than a rate may get through; ms. */
const rateHoldMs = 1_000;

/** The most that a process draws ahead: a part of the whole. */
const partOf = (count: number, part: number, most: number): number =>
  Math.max(1, Math.min(most, Math.floor(count / part)));

/** The allowances of all clients, kept in Redis and drawn in leases of up to a twentieth of a rate and a hundredth of a quota. */
export function createRedisAllowances(redis: Redis, { defaults, steadyNow }: RedisAllowancesOptions): ClientAllowances {
  const open = (limit: Limit, sizeMax: number, source: Source): Allowance => ({
    limit,
    ...createLease(source, { sizeMax, steadyNow }),
  });
  const rateOf = ({ tenant, name, rate }: Client): Allowance => {
    const limit = rate ?? defaults.rate;
    const key = keys.clientRate(tenant, name);
    const draw: Source['draw'] = (needed, wanted) =>
      drawBy(redis, scripts.rate, key, [limit.count, limit.ms, needed, wanted, rateHoldMs]);
    return open(limit, partOf(limit.count, 20, 1_000), { draw });
  };
  const quotaOf = ({ tenant, name, dailyQuota }: Client): Allowance | null => {
    const count = dailyQuota ?? defaults.dailyQuota;
    if (count === null) return null;
    const key = keys.clientQuota(tenant, name);
    const draw: Source['draw'] = (needed, wanted) => drawBy(redis, scripts.quota, key, [count, needed, wanted]);
    return open({ count, ms: dayMs }, partOf(count, 100, 100), { draw });
  };
  return { rateOf: oncePerClient(rateOf), quotaOf: oncePerClient(quotaOf) };
}

/** A client whose settings change is another object, and gets another one. */
function oncePerClient<T>(make: (client: Client) => T): (client: Client) => T {
  const made = new WeakMap<Client, { readonly it: T }>();
  return (client) => {
    const found = made.get(client) ?? { it: make(client) };
    made.set(client, found);
    return found.it;
  };
}

async function drawBy(redis: Redis, by: Script, key: string, args: readonly number[]) {
  const reply = await runScript(redis, by, [key], args);
  const [drawn, remaining, againMs, resetMs, holdMs] = reply as [number, number, number, number, number];
  return { drawn, remaining, againMs, resetMs, holdMs };
}
