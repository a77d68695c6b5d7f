import type { Response } from 'express';
import { createSlots } from './slots.ts';

/** One request that waits. */
interface Wait {
  /** Fires when the time is up, when the client has gone, and when the service stops. */
  readonly signal: AbortSignal;
  /** Gives its place back; to be called once the waiting is over, whatever ended it. */
  end(): void;
}

/** Bounds how many requests wait for something at one time, and for how long. */
export interface Waits {
  /** Lets a request wait for `ms` at most. Throws the problem `overloaded` when too many do. */
  begin(response: Response, ms: number): Wait;
  /** Ends all waits, and those that begin from now on at once: the service stops. */
  stop(): void;
}

export function createWaits(count: number): Waits {
  const slots = createSlots(count);
  const waiting = new Set<AbortController>();
  let stopped = false;
  return {
    begin(response, ms) {
      const giveBack = slots.take();
      const over = new AbortController();
      const abort = (): void => over.abort();
      const timer = setTimeout(abort, ms);
      response.once('close', abort);
      waiting.add(over);
      // A client that has gone already says so no more.
      if (stopped || response.destroyed) abort();
      return {
        signal: over.signal,
        end() {
          clearTimeout(timer);
          response.off('close', abort);
          waiting.delete(over);
          giveBack();
        },
      };
    },
    stop() {
      stopped = true;
      for (const over of waiting) over.abort();
    },
  };
}
