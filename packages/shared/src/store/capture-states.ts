import type { CaptureStatus } from '../contracts/capture.ts';

type Ended = Exclude<CaptureStatus, 'queued' | 'processing'>;

/**
 * Every step that may change an accepted capture: the statuses in which it may happen, and where it leads. `outcome` is
 * the outcome that was decided. The Lua steps take their guards from this table, and the model test holds them to it.
 *
 *     (none) --accept--> queued --begin--> processing --finish--> verified | captured | failed --publish-->
 */
export const transitions = {
  /** A worker takes it up, also again. */
  begin: { queued: 'processing', processing: 'processing' },
  /** Evidence or failed calls are kept. */
  checkpoint: { processing: 'processing' },
  /** It gets its outcome: decided, expired or abandoned. */
  finish: { queued: 'outcome', processing: 'outcome' },
  /** A dead letter gets a new attempt. */
  redrive: { queued: 'queued', processing: 'processing' },
  /** Its event is in Kafka, also again. */
  publish: { verified: 'verified', captured: 'captured', failed: 'failed' },
  /** Its event, lost on the way, is put into the outbox again. */
  announceAgain: { verified: 'verified', captured: 'captured', failed: 'failed' },
} as const satisfies Record<string, { readonly [S in CaptureStatus]?: S | 'processing' | 'outcome' }>;
export type CaptureStep = keyof typeof transitions;

/** The status after a step; null when the step changes nothing in this one. */
export function statusAfter(step: CaptureStep, status: CaptureStatus, outcome: Ended): CaptureStatus | null {
  const to = (transitions[step] as { readonly [S in CaptureStatus]?: CaptureStatus | 'outcome' })[status];
  return to === 'outcome' ? outcome : (to ?? null);
}

/** A Lua condition over the variable `status`: true where the step may happen. */
export function luaMay(step: CaptureStep): string {
  return `(${Object.keys(transitions[step])
    .map((status) => `status == '${status}'`)
    .join(' or ')})`;
}
