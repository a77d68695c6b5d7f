import type { Clock } from '../clock.ts';
import { FaultPlan } from '../faults/fault-plan.ts';
import { SeededRandom } from '../random.ts';
import { RateGate } from '../rate/rate-gate.ts';
import type { Settings } from '../settings.ts';
import { WebhookSender } from '../webhooks/webhook-sender.ts';
import { CallLog } from './call-log.ts';
import { ImageStore } from './image-store.ts';
import { TenantDirectory } from './tenant-directory.ts';
import { TokenIssuer } from './token-issuer.ts';
import { TransactionStore } from './transaction-store.ts';
import { UserStore } from './user-store.ts';

/** All that one sandbox knows. Nothing in it outgrows the limits given by the settings. */
export interface SandboxState {
  /** Replaced as a whole when settings change. */
  settings: Settings;
  readonly clock: Clock;
  readonly tokens: TokenIssuer;
  readonly tenants: TenantDirectory;
  readonly transactions: TransactionStore;
  readonly users: UserStore;
  readonly images: ImageStore;
  readonly rate: RateGate;
  readonly faults: FaultPlan;
  readonly webhooks: WebhookSender;
  /** Replaced by a reset, as `random` is. */
  calls: CallLog;
  /** Draws latencies and new transaction ids. */
  random: SeededRandom;
}

/** An empty state. */
export function createState(settings: Settings, clock: Clock): SandboxState {
  return {
    settings,
    clock,
    tokens: new TokenIssuer(settings.seed),
    tenants: new TenantDirectory(settings.apiKeys),
    transactions: new TransactionStore(settings.transactionsMax, clock),
    users: new UserStore(settings.transactionsMax),
    images: new ImageStore(settings.imageMemoryBytesMax),
    rate: new RateGate(),
    faults: new FaultPlan(new SeededRandom(`faults:${settings.seed}`)),
    webhooks: new WebhookSender(clock),
    calls: new CallLog(settings.callsMax),
    random: new SeededRandom(`state:${settings.seed}`),
  };
}

/**
 * Forgets transactions, users, images, faults, budgets, webhooks and calls; settings stay. Calls still being answered are no
 * longer counted.
 */
export function resetState(state: SandboxState): void {
  const { transactions, users, images, rate, faults, webhooks } = state;
  for (const store of [transactions, users, images, rate, faults, webhooks]) store.clear();
  state.calls = new CallLog(state.settings.callsMax);
  state.random = new SeededRandom(`state:${state.settings.seed}`);
}
