import type { Request } from 'express';
import { HttpProblem } from './problem.ts';

/** Bounds the bytes of request bodies that are in memory at one time. */
export interface BodyBudget {
  /**
   * Sets aside room for this request's body: its Content-Length, or `bytesMax` when it names none. Returns what gives
   * the room back. Throws `body-too-large`, or `overloaded` when there is no room now.
   */
  reserve(request: Request, bytesMax: number): () => void;
}

export function createBodyBudget(totalBytesMax: number): BodyBudget {
  let held = 0;
  return {
    reserve(request, bytesMax) {
      const named = request.get('content-length');
      const bytes = named === undefined ? bytesMax : Number(named);
      if (bytes > bytesMax) {
        throw new HttpProblem('body-too-large', { detail: `A body may have ${bytesMax} bytes at most.` });
      }
      if (held + bytes > totalBytesMax) throw new HttpProblem('overloaded', { retryAfterSeconds: 1 });
      held += bytes;
      let given = false;
      return () => {
        if (!given) held -= bytes;
        given = true;
      };
    },
  };
}
