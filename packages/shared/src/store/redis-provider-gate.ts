import type { Redis } from 'ioredis';
import type { Lane } from '../contracts/capture.ts';
import { askForTurn, type BudgetSettings, gateKeys, windowArgs } from './ask-for-turn.ts';
import { reportScript, wakeScript } from './gate-scripts.ts';
import { keys } from './keys.ts';
import type { ProviderGate } from './provider-gate.ts';
import { whileRedisIsUp } from './redis-errors.ts';
import { runScript, script } from './run-script.ts';

export interface GateSettings extends BudgetSettings {
  /** A turn that comes within this time is waited for in the worker; others go back to the queue. */
  readonly inProcessWaitMs: number;
  /** Calls in a row without an answer that close the gate. */
  readonly failuresMax: number;
  /** How long the gate stays closed at first; doubles each time up to the longest. */
  readonly closedFirstMs: number;
  readonly closedMaxMs: number;
  /** How long it stays closed when the tenant's account is refused. */
  readonly closedForAccountMs: number;
  /** Told when a tenant's gate closes or opens, with the code that did it; for logs. */
  readonly onChange?: (tenant: string, closed: boolean, code: string) => void;
}

/** A tenant's gate as operators see it. */
export interface GateState {
  readonly closed: boolean;
  /** The code that closed it; null while it is open. */
  readonly why: string | null;
  /** Captures in the waiting room. */
  readonly waiting: number;
}

/** The gate, and what wakes the captures that wait at it. */
export interface RedisProviderGate extends ProviderGate {
  /** How it stands. A gate that only a probe may pass counts as closed. */
  state(tenant: string): Promise<GateState>;
  /** Tenants with waiting captures. */
  waitingTenants(): Promise<string[]>;
  /** Captures whose turn comes within `aheadMs`, called out once; and when to ask again, null when nobody waits. */
  callNext(tenant: string, aheadMs: number): Promise<{ captureIds: string[]; againMs: number | null }>;
}

/** Bulk captures stand behind every interactive one, however old. */
export const bulkRank = 1e13;
const laneRank: Readonly<Record<Lane, number>> = { interactive: 0, bulk: bulkRank };
const wakeHoldsMs = 5_000;

const scripts = { wake: script(wakeScript), report: script(reportScript) };
/** The provider gate in Redis: a sliding log of grants, a waiting room by rank, and a breaker per tenant. */
export function createRedisProviderGate(redis: Redis, settings: GateSettings): RedisProviderGate {
  return {
    take: ({ id, tenant, lane, createdAt }, prepare) =>
      askForTurn(redis, settings, { id, tenant, rank: laneRank[lane] + createdAt }, settings.inProcessWaitMs, prepare),
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
      const [closed, changed] = reply as [0 | 1, 0 | 1];
      if (changed === 1) settings.onChange?.(tenant, closed === 1, code);
      return { closed: closed === 1 };
    },
    state: (tenant) =>
      whileRedisIsUp(async () => {
        const [waiting, why] = await Promise.all([
          redis.zcard(keys.gate(tenant, 'room')),
          redis.hget(keys.gate(tenant, 'state'), 'why'),
        ]);
        return { closed: why !== null, why, waiting };
      }),
    waitingTenants: () => whileRedisIsUp(() => redis.smembers(keys.gateTenants)),
    async callNext(tenant, aheadMs) {
      const reply = await runScript(redis, scripts.wake, gateKeys(tenant), [
        tenant,
        aheadMs,
        wakeHoldsMs,
        settings.marginMs,
        ...windowArgs(settings, tenant),
      ]);
      const [againMs, ...captureIds] = reply as [number, ...string[]];
      return { captureIds, againMs: againMs < 0 ? null : againMs };
    },
  };
}
