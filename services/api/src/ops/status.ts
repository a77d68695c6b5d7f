import type { GateUsage } from '@identity-events/shared/store/gate-usage';
import type { JobsInState } from '@identity-events/shared/store/queue-state';
import type { Amount, StoreState } from '@identity-events/shared/store/store-state';
import type { Tally } from '@identity-events/shared/store/tallies';

/** What is read to tell how the service is. */
export interface StatusSources {
  readonly now: number;
  readonly store: StoreState;
  readonly jobs: readonly JobsInState[];
  readonly gates: readonly (GateUsage & { readonly tenant: string })[];
  readonly tallies: readonly Tally[];
}

/** How much is in a place, and the age of the first of it. */
interface Pile {
  readonly count: number;
  readonly oldestSeconds: number;
}

/** How the service is, for people who operate it: ids of tenants, codes and numbers; nothing about any person. */
export interface Status {
  readonly at: string;
  /** By minute, oldest first, the present one last. */
  readonly minutes: readonly { readonly from: string; readonly accepted: number; readonly ended: number }[];
  /** Of those minutes together. */
  readonly outcomes: readonly { readonly outcome: string; readonly reason: string; readonly count: number }[];
  readonly errors: readonly {
    readonly where: string;
    readonly code: string;
    readonly count: number;
    readonly lastAt: string;
  }[];
  readonly queue: readonly (Pile & { readonly state: string })[];
  readonly outbox: Pile;
  readonly overdue: number;
  readonly tenants: readonly {
    readonly id: string;
    readonly gate: GateUsage['gate'];
    readonly why: string | null;
    readonly closedForSeconds: number;
    readonly budget: readonly { readonly calls: number; readonly used: number; readonly seconds: number }[];
    readonly open: Pile;
    readonly waiting: Readonly<Record<'interactive' | 'bulk', Pile>>;
  }[];
}

/** Errors that are told, the latest first. */
const errorsMost = 20;

/** Puts together what was read. */
export function toStatus({ now, store, jobs, gates, tallies }: StatusSources): Status {
  const pile = (amounts: readonly Amount[]): Pile => toPile(amounts, now);
  return {
    at: new Date(now).toISOString(),
    minutes: tallies.map(({ from, counts }) => ({
      from: new Date(from).toISOString(),
      accepted: counts['accepted'] ?? 0,
      ended: sumOf(namesOf(counts, 'ended').map(([, count]) => count)),
    })),
    outcomes: outcomesOf(tallies),
    errors: errorsOf(tallies).slice(0, errorsMost),
    queue: jobs.map(({ state, ...amount }) => ({ state, ...pile([amount]) })),
    outbox: pile([store.outbox]),
    overdue: store.watched.overdue,
    tenants: gates.map(({ tenant, gate, why, closedForMs, windows }) => {
      const of = <T extends { readonly tenant: string }>(all: readonly T[]): T[] =>
        all.filter((one) => one.tenant === tenant);
      const room = (lane: string): Pile => pile(of(store.rooms).filter((one) => one.lane === lane));
      return {
        id: tenant,
        gate,
        why,
        closedForSeconds: Math.ceil(closedForMs / 1_000),
        budget: windows.map(({ calls, ms, used }) => ({ calls, used, seconds: ms / 1_000 })),
        open: pile(of(store.open)),
        waiting: { interactive: room('interactive'), bulk: room('bulk') },
      };
    }),
  };
}

function toPile(amounts: readonly Amount[], now: number): Pile {
  const since = amounts.flatMap(({ oldestAt }) => (oldestAt === null ? [] : [oldestAt]));
  const oldestSeconds = since.length === 0 ? 0 : Math.max(0, Math.round((now - Math.min(...since)) / 1_000));
  return { count: sumOf(amounts.map(({ count }) => count)), oldestSeconds };
}

/** Names are written as `ended <outcome> <reason>` and `error <where> <code>`; where may be several words. */
function namesOf(counts: Tally['counts'], first: string): [words: string[], count: number][] {
  return Object.entries(counts)
    .filter(([name]) => name.startsWith(`${first} `))
    .map(([name, count]) => [name.split(' ').slice(1), count]);
}

function outcomesOf(tallies: readonly Tally[]): Status['outcomes'] {
  const sums = new Map<string, Status['outcomes'][number]>();
  for (const { counts } of tallies) {
    for (const [[outcome = '', reason = ''], count] of namesOf(counts, 'ended')) {
      const key = `${outcome} ${reason}`;
      sums.set(key, { outcome, reason, count: (sums.get(key)?.count ?? 0) + count });
    }
  }
  return [...sums.values()].toSorted((a, b) => b.count - a.count);
}

function errorsOf(tallies: readonly Tally[]): Status['errors'] {
  const errors = new Map<string, Status['errors'][number]>();
  for (const { from, counts } of tallies) {
    for (const [words, count] of namesOf(counts, 'error')) {
      const key = words.join(' ');
      const seen = errors.get(key)?.count ?? 0;
      const [where, code] = [words.slice(0, -1).join(' '), words.at(-1) ?? ''];
      errors.set(key, { where, code, count: seen + count, lastAt: new Date(from).toISOString() });
    }
  }
  return [...errors.values()].toSorted((a, b) =>
    a.lastAt < b.lastAt ? 1 : a.lastAt > b.lastAt ? -1 : b.count - a.count,
  );
}

function sumOf(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}
