import type { Redis } from 'ioredis';
import { keys } from './keys.ts';
import { runScript, script } from './run-script.ts';
import { markReplayScript } from './scripts.ts';

/** What a mark found: `gone` for a capture that was erased or has run out meanwhile. */
export type ReplayMark = 'marked' | 'too_often' | 'gone';

export interface MarkOptions {
  readonly replayId: string;
  /** Replays of one event after which it is `too_often`. */
  readonly replaysMax: number;
}

/** What the records of captures know of replays. */
export interface ReplayMarks {
  /**
   * Counts a replay of each capture's event in its record, just before it is published; the same replay again counts once. Answers
   * in the same order. Throws `AppError('redis_unavailable')`.
   */
  mark(captureIds: readonly string[], options: MarkOptions): Promise<ReplayMark[]>;
}

const markReplay = script(markReplayScript);

export function createReplayMarks(redis: Redis): ReplayMarks {
  return {
    async mark(captureIds, { replayId, replaysMax }) {
      if (captureIds.length === 0) return [];
      const reply = await runScript(redis, markReplay, captureIds.map(keys.capture), [replayId, replaysMax]);
      return reply as ReplayMark[];
    },
  };
}
