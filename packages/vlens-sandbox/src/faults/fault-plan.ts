import { drawLatencyMs } from '../latency.ts';
import type { SeededRandom } from '../random.ts';
import type { Fault } from './fault.ts';

/** A fault that spoils the answer, as opposed to one that only delays it. */
export type SpoilingFault = Exclude<Fault, { kind: 'latency' }>;

/** What the plan has in store for a call. */
export interface Strike {
  readonly extraMs: number;
  readonly fault: SpoilingFault | null;
}

const FAULTS_MAX = 1_000;

/** The faults in force, in the order they were set. */
export class FaultPlan {
  #faults: { readonly id: number; readonly fault: Fault; timesLeft: number }[] = [];
  #nextId = 1;
  readonly #random: SeededRandom;

  constructor(random: SeededRandom) {
    this.#random = random;
  }

  /** Puts a fault in force and gives its id; false if a thousand are in force already. */
  add(fault: Fault): number | false {
    if (this.#faults.length >= FAULTS_MAX) return false;
    const id = this.#nextId;
    this.#nextId += 1;
    this.#faults.push({ id, fault, timesLeft: fault.times ?? Number.POSITIVE_INFINITY });
    return id;
  }

  /** The faults in force; `timesLeft` is null for those that last until cleared. */
  list(): object[] {
    return this.#faults.map(({ id, fault, timesLeft }) => ({
      id,
      ...fault,
      timesLeft: Number.isFinite(timesLeft) ? timesLeft : null,
    }));
  }

  /** Takes all faults out of force. */
  clear(): void {
    this.#faults = [];
  }

  /** What strikes this call: every delay that concerns it, and the first other fault. */
  strike(endpoint: string, transactionId: string | null): Strike {
    if (this.#faults.length === 0) return { extraMs: 0, fault: null };
    let extraMs = 0;
    let spoiling: SpoilingFault | null = null;
    for (const entry of this.#faults) {
      const { fault } = entry;
      if (fault.kind !== 'latency' && spoiling !== null) continue;
      if (!concerns(fault, endpoint, transactionId) || this.#random.next() >= fault.probability) continue;
      entry.timesLeft -= 1;
      if (fault.kind === 'latency') extraMs += drawLatencyMs(fault.latency, this.#random);
      else spoiling = fault;
    }
    this.#faults = this.#faults.filter((entry) => entry.timesLeft > 0);
    return { extraMs, fault: spoiling };
  }
}

function concerns(fault: Fault, endpoint: string, transactionId: string | null): boolean {
  if (fault.endpoint !== '*' && fault.endpoint.toLowerCase() !== endpoint.toLowerCase()) return false;
  return fault.transactionId === undefined || fault.transactionId === transactionId?.toLowerCase();
}
