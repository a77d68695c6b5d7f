import type { Redis } from 'ioredis';
import type { Window } from '../contracts/windows.ts';
import { pause } from '../runtime/pause.ts';
import { takeScript } from './gate-scripts.ts';
import { keys } from './keys.ts';
import type { ProviderBudget, Standing, Turn } from './provider-gate.ts';
import { runScript, script } from './run-script.ts';

export interface BudgetSettings {
  /** What the provider allows a tenant. */
  readonly windowsOf: (tenant: string) => readonly Window[];
  /**
   * Added to every window: how much later than planned a call may reach the provider, and the price of that in unused
   * budget. A call that would start later than half of it asks again.
   */
  readonly marginMs: number;
  /** How long a probe may take before another one is sent: above the call's timeout. */
  readonly probeMs: number;
}

/** Who asks. Without an id nobody enters the waiting room. */
interface Asker {
  readonly id: string;
  readonly tenant: string;
  readonly rank: number;
}

const take = script(takeScript);

/** The keys of a tenant's gate, in the order of its scripts. */
export function gateKeys(tenant: string): string[] {
  const parts = ['log', 'room', 'woken', 'state'] as const;
  return [...parts.map((part) => keys.gate(tenant, part)), keys.gateTenants];
}

/** A tenant's windows as arguments of a script. */
export function windowArgs({ windowsOf }: Pick<BudgetSettings, 'windowsOf'>, tenant: string): number[] {
  return windowsOf(tenant).flatMap(({ calls, ms }) => [calls, ms]);
}

/** Asks for a turn until it is granted or further away than `waitMsMax`; prepares, once, as soon as it is near. */
export async function askForTurn(
  redis: Redis,
  settings: BudgetSettings,
  who: Asker,
  waitMsMax: number,
  prepare?: () => Promise<unknown>,
): Promise<Turn> {
  const deadline = performance.now() + waitMsMax;
  let preparing: Promise<unknown> | undefined;
  let unused = '';
  for (;;) {
    const askedAt = performance.now();
    const waitMs = Math.max(0, Math.ceil(deadline - askedAt));
    const answer = await askOnce(redis, settings, who, { waitMs, unused });
    unused = '';
    if ('go' in answer && !answer.go) return answer;
    preparing ??= prepare?.();
    await Promise.all([preparing, 'go' in answer ? undefined : pause(answer.soonMs)]);
    if (!('go' in answer)) continue;
    if (performance.now() - askedAt <= settings.marginMs / 2) return { go: true, standing: answer.standing };
    // Granted, but late (a busy process, a slow Redis): give it back, for no call was made, and ask again.
    unused = `${answer.standing === 'probe' ? 'p' : ''}${answer.grantedAt}`;
  }
}

/** The budget alone, for those who never wait in the room. */
export function createProviderBudget(redis: Redis, settings: BudgetSettings): ProviderBudget {
  return {
    takeNow: (tenant, waitMsMax) => askForTurn(redis, settings, { id: '', tenant, rank: 0 }, waitMsMax),
  };
}

type Answer =
  | { readonly go: true; readonly standing: Standing; readonly grantedAt: number }
  | Extract<Turn, { go: false }>
  | { readonly soonMs: number };

/** One question. A turn that is near is not reserved: who waits asks again, so that a grant is always for this moment. */
async function askOnce(
  redis: Redis,
  settings: BudgetSettings,
  { id, rank, tenant }: Asker,
  { waitMs, unused }: { readonly waitMs: number; readonly unused: string },
): Promise<Answer> {
  const { marginMs, probeMs } = settings;
  const logLength = Math.max(...settings.windowsOf(tenant).map(({ calls }) => calls));
  const args = [id, rank, tenant, waitMs, marginMs, logLength, probeMs, unused, ...windowArgs(settings, tenant)];
  const [verdict, ms, word] = (await runScript(redis, take, gateKeys(tenant), args)) as [0 | 1 | 2, number, string];
  if (verdict === 1) return { go: true, standing: word as Standing, grantedAt: ms };
  if (verdict === 2) return { soonMs: ms };
  return { go: false, at: Date.now() + (id === '' ? ms : parkMs(ms)), cause: word };
}

/** A parked capture is woken when its turn comes; this is when it looks by itself, should nobody have woken it. */
function parkMs(estimatedWaitMs: number): number {
  return 30_000 + 2 * estimatedWaitMs;
}
