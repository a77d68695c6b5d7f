/** Brings captures that were told to wait back to the workers. */
export interface ParkedCaptures {
  /** Resolves once each capture that is parked can be taken by a worker; others are left as they are. */
  resume(captureIds: readonly string[]): Promise<void>;
  /** Resolves once every capture that waits for whatever reason can be taken by a worker; those called too early wait again. */
  resumeAll(): Promise<void>;
}
