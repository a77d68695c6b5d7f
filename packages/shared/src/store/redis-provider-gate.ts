import type { Redis } from 'ioredis';
import type { Lane } from '../contracts/capture.ts';
import type { Window } from '../contracts/windows.ts';
import { pause } from '../runtime/pause.ts';
import { reportScript, takeScript, wakeScript } from './gate-scripts.ts';
import { keys } from './keys.ts';
import type { ProviderGate, Standing, Turn } from './provider-gate.ts';
import { whileRedisIsUp } from './redis-errors.ts';
import { runScript, script } from './run-script.ts';

export interface GateSettings {
  /** What the provider allows the tenant. */
  readonly windowsOf: (tenant: string) => readonly Window[];
  /**
   * Added to every window: how much later than planned a call may reach the provider, and the price of that in unused
   * budget. A call that would start later than half of it asks again.
   */
  readonly marginMs: number;
  /** A turn that comes within this time is waited for in the worker; others go back to the queue. */
  readonly inProcessWaitMs: number;
  /** How long a probe may take before another one is sent: above the call's timeout. */
  readonly probeMs: number;
  /** Calls in a row without an answer that close the gate. */
  readonly failuresMax: number;
  /** How long the gate stays closed at first; doubles each time up to the longest. */
  readonly closedFirstMs: number;
  readonly closedMaxMs: number;
  /** How long it stays closed when the tenant's account is refused. */
  readonly closedForAccountMs: number;
}

/** The gate, and what wakes the captures that wait at it. */
export interface RedisProviderGate extends ProviderGate {
  /** Tenants with waiting captures. */
  waitingTenants(): Promise<string[]>;
  /** Captures whose turn comes within `aheadMs`, called out once; and when to ask again, null when nobody waits. */
  callNext(tenant: string, aheadMs: number): Promise<{ captureIds: string[]; againMs: number | null }>;
}

interface Asker {
  readonly id: string;
  readonly tenant: string;
  readonly rank: number;
}

/** Bulk captures stand behind every interactive one, however old. */
const laneRank: Readonly<Record<Lane, number>> = { interactive: 0, bulk: 1e13 };
const wakeHoldsMs = 5_000;

const scripts = { take: script(takeScript), wake: script(wakeScript), report: script(reportScript) };
const keysOf = (tenant: string): string[] => [
  ...(['log', 'room', 'woken', 'state'] as const).map((part) => keys.gate(tenant, part)),
  keys.gateTenants,
];

/** The provider gate in Redis: a sliding log of grants, a waiting room by rank, and a breaker per tenant. */
export function createRedisProviderGate(redis: Redis, settings: GateSettings): RedisProviderGate {
  const windowArgs = (tenant: string): number[] => settings.windowsOf(tenant).flatMap(({ calls, ms }) => [calls, ms]);

  /** Asks once. `who` without an id does not enter the room. */
  async function askOnce(who: Asker, waitMsMax: number): Promise<Turn & { readonly waitMs: number }> {
    const logLength = Math.max(...settings.windowsOf(who.tenant).map(({ calls }) => calls));
    const reply = await runScript(redis, scripts.take, keysOf(who.tenant), [
      who.id,
      who.rank,
      who.tenant,
      waitMsMax,
      settings.marginMs,
      logLength,
      settings.probeMs,
      ...windowArgs(who.tenant),
    ]);
    const [granted, waitMs, word] = reply as [0 | 1, number, string];
    if (granted === 1) return { go: true, standing: word as Standing, waitMs };
    return { go: false, at: Date.now() + (who.id === '' ? waitMs : parkMs(waitMs)), cause: word, waitMs };
  }

  async function ask(who: Asker, waitMsMax: number): Promise<Turn> {
    for (;;) {
      const askedAt = performance.now();
      const turn = await askOnce(who, waitMsMax);
      if (!turn.go) return turn;
      if (turn.waitMs > 0) await pause(turn.waitMs);
      // Late (a busy process, a slow Redis): the place in the log is no longer this call's time. Ask for a new one.
      if (performance.now() - askedAt - turn.waitMs <= settings.marginMs / 2) return turn;
    }
  }

  return {
    take: ({ id, tenant, lane, createdAt }) =>
      ask({ id, tenant, rank: laneRank[lane] + createdAt }, settings.inProcessWaitMs),
    takeNow: (tenant, waitMsMax) => ask({ id: '', tenant, rank: 0 }, waitMsMax),
    async report({ tenant, state, standing, code, retryAfterMs }) {
      const reply = await runScript(
        redis,
        scripts.report,
        [keys.gate(tenant, 'state')],
        [
          state,
          code,
          retryAfterMs ?? 0,
          settings.failuresMax,
          settings.closedFirstMs,
          settings.closedMaxMs,
          settings.closedForAccountMs,
          standing === 'probe' ? 1 : 0,
        ],
      );
      return { closed: (reply as [number, number])[0] === 1 };
    },
    waitingTenants: () => whileRedisIsUp(() => redis.smembers(keys.gateTenants)),
    async callNext(tenant, aheadMs) {
      const reply = await runScript(redis, scripts.wake, keysOf(tenant), [
        tenant,
        aheadMs,
        wakeHoldsMs,
        settings.marginMs,
        ...windowArgs(tenant),
      ]);
      const [againMs, ...captureIds] = reply as [number, ...string[]];
      return { captureIds, againMs: againMs < 0 ? null : againMs };
    },
  };
}

/** A parked capture is woken when its turn comes; this is when it looks by itself, should nobody have woken it. */
function parkMs(estimatedWaitMs: number): number {
  return 30_000 + 2 * estimatedWaitMs;
}
