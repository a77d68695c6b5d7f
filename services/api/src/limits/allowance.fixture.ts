import type { Allowance, ClientAllowances } from './allowance.ts';

/** Allowances in memory that are never refilled, each of its own for every client. */
export function createFakeAllowances({
  requests = 1_000,
  captures,
}: {
  readonly requests?: number;
  readonly captures?: number;
}): ClientAllowances {
  const kept = new Map<string, Allowance>();
  const once = (key: string, make: () => Allowance): Allowance => {
    const allowance = kept.get(key) ?? make();
    kept.set(key, allowance);
    return allowance;
  };
  return {
    rateOf: ({ tenant, name }) => once(`rate ${tenant} ${name}`, () => fakeAllowance(requests, 60_000)),
    quotaOf: ({ tenant, name }) =>
      captures === undefined ? null : once(`quota ${tenant} ${name}`, () => fakeAllowance(captures, 86_400_000)),
  };
}

function fakeAllowance(count: number, ms: number): Allowance {
  let remaining = count;
  return {
    limit: { count, ms },
    take(wanted) {
      const granted = wanted <= remaining;
      if (granted) remaining -= wanted;
      const standing = { remaining, resetMs: ms };
      return granted ? { granted, standing } : { granted, standing, againMs: 30_000 };
    },
    giveBack: (unused) => {
      remaining += unused;
    },
  };
}
