import { type CaptureStatus, captureStatuses } from '../contracts/capture.ts';

type Ended = Exclude<CaptureStatus, 'queued' | 'processing'>;

/** What a record's status may be: `erased` is what remains of a capture that nobody is shown any more. */
export const recordStatuses = [...captureStatuses, 'erased'] as const;
export type RecordStatus = (typeof recordStatuses)[number];

/**
 * Every step that may change an accepted capture: the statuses in which it may happen, and where it leads. `outcome` is
 * the outcome that was decided. The Lua steps take their guards from this table, and the model test holds them to it.
 *
 *     (none) --accept--> queued --begin--> processing --finish--> verified | captured | failed --publish-->
 *                             any of these --erase--> erased --publish-->
 */
export const transitions = {
  /** A worker takes it up, also again. */
  begin: { queued: 'processing', processing: 'processing' },
  /** Evidence or failed calls are kept. */
  checkpoint: { processing: 'processing' },
  /** It gets its outcome: decided, expired or abandoned. */
  finish: { queued: 'outcome', processing: 'outcome' },
  /** It is forgotten but for its id; without an outcome it gets its one as cancelled in the same step. */
  erase: { queued: 'erased', processing: 'erased', verified: 'erased', captured: 'erased', failed: 'erased' },
  /** A dead letter gets a new attempt. */
  redrive: { queued: 'queued', processing: 'processing' },
  /** An event of it is in Kafka, also again. */
  publish: { verified: 'verified', captured: 'captured', failed: 'failed', erased: 'erased' },
  /** An event of it, lost on the way, is put into the outbox again. */
  announceAgain: { verified: 'verified', captured: 'captured', failed: 'failed', erased: 'erased' },
} as const satisfies Record<string, { readonly [S in RecordStatus]?: S | 'processing' | 'outcome' | 'erased' }>;
export type CaptureStep = keyof typeof transitions;

/** The status after a step; null when the step changes nothing in this one. */
export function statusAfter(step: CaptureStep, status: RecordStatus, outcome: Ended): RecordStatus | null {
  const to = (transitions[step] as { readonly [S in RecordStatus]?: RecordStatus | 'outcome' })[status];
  return to === 'outcome' ? outcome : (to ?? null);
}

/** A Lua condition over the variable `status`: true where the step may happen. */
export function luaMay(step: CaptureStep): string {
  return `(${Object.keys(transitions[step])
    .map((status) => `status == '${status}'`)
    .join(' or ')})`;
}
