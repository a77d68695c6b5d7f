import type { Allowance, Draw, Leave, Source, Standing } from './allowance.ts';

export interface LeaseOptions {
  /** Most that is drawn ahead of the demand: what other processes are without at the worst. At least 1. */
  readonly sizeMax: number;
  /** A clock that only goes forward; ms. */
  readonly steadyNow: () => number;
}

/** A lease that is used up within this time grows, another shrinks; ms. */
const busyMs = 50;

/**
 * Takes from a source in leases, so that most takers wait for nothing: a lease that runs out is renewed ahead, and a
 * source that is empty is asked again only when it may have something.
 *
 * Never more is given than was drawn. A lease is as small as the demand lets it be: who asks now and then leaves nothing at hand.
 */
export function createLease(source: Source, { sizeMax, steadyNow }: LeaseOptions): Omit<Allowance, 'limit'> {
  let atHand = 0;
  let heldUntil = 0;
  let size = 1;
  let drawnAt = Number.NEGATIVE_INFINITY;
  let emptyUntil = Number.NEGATIVE_INFINITY;
  let known = { remaining: 0, resetMs: 0, at: 0 };
  let drawing: Promise<Draw & { readonly needed: number }> | undefined;
  let waiting = 0;

  const standing = (): Standing => ({
    remaining: known.remaining + atHand,
    resetMs: Math.max(0, known.resetMs - (steadyNow() - known.at)),
  });

  /** One draw at a time; who comes meanwhile waits for it. */
  function draw(needed: number): NonNullable<typeof drawing> {
    drawing ??= source
      .draw(needed, Math.max(needed, waiting, size))
      .then((draw) => {
        settle(draw, needed);
        return { ...draw, needed };
      })
      .finally(() => {
        drawing = undefined;
      });
    return drawing;
  }

  function settle({ drawn, remaining, resetMs, againMs, holdMs }: Draw, needed: number): void {
    const now = steadyNow();
    known = { remaining, resetMs, at: now };
    if (drawn > 0) {
      atHand = (now > heldUntil ? 0 : atHand) + drawn;
      heldUntil = now + holdMs;
      size = now - drawnAt < busyMs ? Math.min(size * 2, sizeMax) : Math.max(1, size >> 1);
      drawnAt = now;
    } else if (needed === 1) emptyUntil = now + againMs;
  }

  function fromHand(count: number): Leave | undefined {
    const now = steadyNow();
    if (now > heldUntil) atHand = 0;
    if (atHand < count) {
      return now < emptyUntil ? { granted: false, againMs: emptyUntil - now, standing: standing() } : undefined;
    }
    atHand -= count;
    // What fails here fails again, and is told, when there is nothing at hand.
    if (size > 1 && atHand * 2 < size && now >= emptyUntil && !drawing) draw(1).catch(() => undefined);
    return { granted: true, standing: standing() };
  }

  async function fromSource(count: number): Promise<Leave> {
    waiting += count;
    try {
      for (;;) {
        const { drawn, needed, againMs } = await draw(count);
        const leave = fromHand(count);
        if (leave) return leave;
        // Nothing for somebody who needs more tells nothing.
        if (drawn === 0 && needed <= count) return { granted: false, againMs, standing: standing() };
      }
    } finally {
      waiting -= count;
    }
  }

  return {
    take: (count) => fromHand(count) ?? fromSource(count),
    giveBack: (count) => {
      atHand += count;
    },
  };
}
