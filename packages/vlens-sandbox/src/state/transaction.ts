import type { Effect, StepName } from '../scenarios/effect.ts';

/** One finished step of a transaction; submitting it again replaces it. */
export interface StepRecord {
  readonly effect: Effect;
  readonly epochMs: number;
  /** Names of the step's images, as GetUserDigitalIdentityImages reports them. */
  readonly fileNames: readonly string[];
}

/** A provider transaction: up to three steps under one id. */
export interface Transaction {
  readonly id: string;
  readonly tenant: string;
  readonly createdMs: number;
  /** Effect of a magic transaction id; it strikes when the whole transaction is judged. */
  readonly base: Effect;
  /** Whether it came into being through its magic id; such a one can be linked by any number of users. */
  readonly isMagic: boolean;
  readonly steps: Partial<Record<StepName, StepRecord>>;
  /** The user it belongs to; null for a transaction made without a user. */
  ownerId: number | null;
  clientTransactionId: string | null;
  requestId: string | null;
}

/**
 * The name under which an image of a step is kept, in the form of the docs' example `user123_id_front_20240601.jpg`.
 */
export function imageFileName(ownerId: number | null, part: string, epochMs: number, format: 'jpeg' | 'png'): string {
  const day = new Date(epochMs).toISOString().slice(0, 10).replaceAll('-', '');
  return `user${ownerId ?? 0}_${part}_${day}.${format === 'jpeg' ? 'jpg' : 'png'}`;
}
