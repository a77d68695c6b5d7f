import { BoundedMap } from '../bounded-map.ts';
import type { Clock } from '../clock.ts';
import type { Effect, StepName } from '../scenarios/effect.ts';
import { effectOfTransactionId } from '../scenarios/find-effect.ts';
import { imageFileName, type Transaction } from './transaction.ts';

/** File-name parts of the images that each step consists of. */
export const stepParts: Readonly<Record<StepName, readonly string[]>> = {
  front: ['id_front'],
  back: ['id_back'],
  liveness: ['liveness_01', 'liveness_02', 'liveness_03'],
};

/**
 * Holds each tenant's transactions, up to a number; magic transactions come into being when they are first asked for.
 */
export class TransactionStore {
  readonly #transactions: BoundedMap<string, Transaction>;
  readonly #clock: Clock;

  constructor(transactionsMax: number, clock: Clock) {
    this.#transactions = new BoundedMap(transactionsMax);
    this.#clock = clock;
  }

  /** Number of transactions held. */
  get size(): number {
    return this.#transactions.size;
  }

  /** The transaction, or undefined if the tenant has none of that id. Ids are compared without regard to case. */
  find(tenant: string, id: string): Transaction | undefined {
    const known = this.#transactions.get(keyOf(tenant, id));
    if (known !== undefined) return known;
    const effect = effectOfTransactionId(id.toLowerCase());
    return effect === undefined || effect.unknown ? undefined : this.#keep(this.#preloaded(tenant, id, effect));
  }

  /** The transaction, made anew if the tenant has none of that id. */
  open(tenant: string, id: string): Transaction {
    return this.find(tenant, id) ?? this.#keep(this.#empty(tenant, id, { base: {}, isMagic: false }));
  }

  /** Forgets everything. */
  clear(): void {
    this.#transactions.clear();
  }

  #keep(transaction: Transaction): Transaction {
    this.#transactions.set(keyOf(transaction.tenant, transaction.id), transaction);
    return transaction;
  }

  #empty(tenant: string, id: string, origin: Pick<Transaction, 'base' | 'isMagic'>): Transaction {
    const createdMs = this.#clock.epochMs();
    const ids = { ownerId: null, clientTransactionId: null, requestId: null };
    return { id: id.toLowerCase(), tenant, createdMs, ...origin, steps: {}, ...ids };
  }

  #preloaded(tenant: string, id: string, effect: Effect): Transaction {
    const transaction = this.#empty(tenant, id, { base: effect, isMagic: true });
    for (const step of Object.keys(stepParts) as StepName[]) {
      if (effect.missing?.includes(step)) continue;
      const epochMs = transaction.createdMs;
      const fileNames = stepParts[step].map((part) => imageFileName(null, part, epochMs, 'jpeg'));
      transaction.steps[step] = { effect: {}, epochMs, fileNames };
    }
    return transaction;
  }
}

function keyOf(tenant: string, id: string): string {
  return `${tenant}|${id.toLowerCase()}`;
}
