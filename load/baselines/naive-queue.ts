/** Names that the naive API and the naive worker share. */
export const naiveQueue = 'naive-captures';
export const naiveTopic = 'naive.outcomes';

/** A job of the naive stack: everything that was submitted, as it came. */
export interface NaiveJob {
  readonly captureId: string;
  readonly kind: string;
  readonly subject: string;
  readonly lane?: string | undefined;
  readonly userToken: string;
  readonly transactionId: string;
}

/** As BullMQ's documentation has it for production: tried again with backoff, removed when done. */
export const naiveJobOptions = {
  attempts: 5,
  backoff: { type: 'exponential', delay: 1_000 },
  removeOnComplete: true,
  removeOnFail: 1_000,
} as const;
