import type { Lane } from '@identity-events/shared/contracts/capture';
import { redisPrefix } from '@identity-events/shared/contracts/capture-job';
import { runScript, script } from '@identity-events/shared/store/run-script';
import type { Redis } from 'ioredis';
import type { ProviderGate, Standing, Turn } from '../captures/provider-gate.ts';
import { reportScript, takeScript, wakeScript } from './gate-scripts.ts';
import type { Window } from './windows.ts';

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

/** Bulk captures stand behind every interactive one, however old. */
const laneRank: Readonly<Record<Lane, number>> = { interactive: 0, bulk: 1e13 };
const wakeHoldsMs = 5_000;

const scripts = { take: script(takeScript), wake: script(wakeScript), report: script(reportScript) };
const tenantsKey = `${redisPrefix}:gate:tenants`;
const keyOf = (tenant: string, part: string): string => `${redisPrefix}:gate:${tenant}:${part}`;
const keysOf = (tenant: string): string[] => [
  ...['log', 'room', 'woken', 'state'].map((part) => keyOf(tenant, part)),
  tenantsKey,
];

/** The provider gate in Redis: a sliding log of grants, a waiting room by rank, and a breaker per tenant. */
export function createRedisProviderGate(redis: Redis, settings: GateSettings): RedisProviderGate {
  const windowArgs = (tenant: string): number[] => settings.windowsOf(tenant).flatMap(({ calls, ms }) => [calls, ms]);

  async function askOnce(capture: Parameters<ProviderGate['take']>[0]): Promise<Turn & { readonly waitMs: number }> {
    const logLength = Math.max(...settings.windowsOf(capture.tenant).map(({ calls }) => calls));
    const reply = await runScript(redis, scripts.take, keysOf(capture.tenant), [
      ...[capture.id, laneRank[capture.lane] + capture.createdAt, capture.tenant],
      ...[settings.inProcessWaitMs, settings.marginMs, logLength, settings.probeMs],
      ...windowArgs(capture.tenant),
    ]);
    const [granted, waitMs, word] = reply as [0 | 1, number, string];
    if (granted === 1) return { go: true, standing: word as Standing, waitMs };
    return { go: false, at: Date.now() + parkMs(waitMs), cause: word, waitMs };
  }

  return {
    async take(capture) {
      for (;;) {
        const askedAt = performance.now();
        const turn = await askOnce(capture);
        if (!turn.go) return turn;
        await sleep(turn.waitMs);
        // Late (a busy process, a slow Redis): the place in the log is no longer this call's time. Ask for a new one.
        if (performance.now() - askedAt - turn.waitMs <= settings.marginMs / 2) return turn;
      }
    },
    async report({ tenant, state, standing, code, retryAfterMs }) {
      const reply = await runScript(
        redis,
        scripts.report,
        [keyOf(tenant, 'state')],
        [
          ...[state, code, retryAfterMs ?? 0, settings.failuresMax, settings.closedFirstMs, settings.closedMaxMs],
          ...[settings.closedForAccountMs, standing === 'probe' ? 1 : 0],
        ],
      );
      return { closed: (reply as [number, number])[0] === 1 };
    },
    waitingTenants: () => redis.smembers(tenantsKey),
    async callNext(tenant, aheadMs) {
      const reply = await runScript(redis, scripts.wake, keysOf(tenant), [
        ...[tenant, aheadMs, wakeHoldsMs, settings.marginMs],
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

function sleep(ms: number): Promise<void> {
  return ms <= 0 ? Promise.resolve() : new Promise((resolve) => setTimeout(resolve, ms));
}
