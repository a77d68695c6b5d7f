import type { Submission } from '../submissions.ts';

/** How a submission ended: with the id of its capture, or with why it was not accepted. */
type Answer = { readonly captureId: string } | { readonly refused: string };

/** A way into the system. */
export interface Door {
  /** Submits once, without trying again; never rejects. */
  submit(submission: Submission): Promise<Answer>;
  close(): Promise<void>;
}
