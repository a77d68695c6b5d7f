import { SeededRandom } from '@identity-events/vlens-sandbox/random';
import { arrivalTimes, exponentialGaps } from './arrivals.ts';
import { type Books, type Measured, openBooks } from './books.ts';
import type { Door } from './doors/door.ts';
import { drive } from './drive.ts';
import type { Second } from './measure/timeline.ts';
import type { Profile } from './profile.ts';
import { createSubmissions, type Submission } from './submissions.ts';
import { readEvents } from './watch/read-events.ts';
import { type ProcessUse, readProcessUse } from './watch/watch-processes.ts';
import type { RedisWatch } from './watch/watch-redis.ts';

export interface LoadRun {
  readonly profile: Profile;
  readonly door: Door;
  readonly brokers: string;
  /** Absent where Redis is not ours to look at. */
  readonly redis?: RedisWatch | undefined;
  /** Processes whose use of CPU and memory is told, by name. */
  readonly processes: Readonly<Record<string, number>>;
  /** Told once a second. */
  readonly onSecond: (progress: Progress) => void;
  /** Ends the run early; what was accepted until then is still waited for, briefly. */
  readonly signal?: AbortSignal | undefined;
}

/** How far a run has come. */
export interface Progress extends Readonly<Books['counts']> {
  readonly second: Second;
  /** Accepted captures that have no event yet. */
  readonly open: number;
}

/** Sends a profile's captures, reads their events from Kafka and resolves to what was measured. */
export async function runLoad(run: LoadRun): Promise<Measured> {
  const { profile, door, signal } = run;
  const random = new SeededRandom(profile.name);
  const nextSubmission = await createSubmissions(profile, random);
  const books = openBooks(profile.lateSeconds * 1_000);
  const events = await readEvents({ brokers: run.brokers, onEvent: books.ledger.arrive });
  const startedAt = performance.now();
  const ticks = tickEverySecond(run, books, startedAt);
  try {
    const nextGap = profile.arrivals === 'even' ? () => 1 : exponentialGaps(() => random.next());
    await drive({
      arrivals: arrivalTimes(profile.stages, nextGap),
      send: (dueAt) => sendOne(door, nextSubmission(), dueAt, books),
      skip: books.skipped,
      inFlightMax: profile.inFlightMax,
      signal,
    });
    await drained(books, signal?.aborted ? drainSecondsWhenStopped : profile.drainSeconds);
  } finally {
    await ticks.stop();
    await events.close();
  }
  return books.measured(performance.now() - startedAt);
}

async function sendOne(door: Door, submission: Submission, dueAt: number, books: Books): Promise<void> {
  books.sent(dueAt, performance.now());
  const answer = await door.submit(submission);
  if ('refused' in answer) books.refused(answer.refused);
  else books.accepted({ captureId: answer.captureId, dueAt, expect: submission.expect }, performance.now());
}

const lookEveryMs = 50;
const drainSecondsWhenStopped = 5;

/** Resolves when every accepted capture has its event, or the time is over. */
async function drained({ ledger }: Books, seconds: number): Promise<void> {
  const deadline = performance.now() + seconds * 1_000;
  while (ledger.open() > 0 && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  }
}

function tickEverySecond(run: LoadRun, books: Books, startedAt: number): { stop(): Promise<void> } {
  let ticking: Promise<void> = Promise.resolve();
  const tick = async (): Promise<void> => {
    const redis = await run.redis?.sample().catch(() => undefined);
    const at = (performance.now() - startedAt) / 1_000;
    const second = books.timeline.close(at, books.counts.inFlight, redis, readUses(run.processes));
    run.onSecond({ ...books.counts, second, open: books.ledger.open() });
  };
  const timer = setInterval(() => {
    ticking = ticking.then(tick);
  }, 1_000);
  return {
    async stop() {
      clearInterval(timer);
      await ticking.then(tick);
    },
  };
}

function readUses(processes: Readonly<Record<string, number>>): Map<string, ProcessUse> {
  const uses = Object.entries(processes).map(([name, pid]) => [name, readProcessUse(pid)] as const);
  return new Map(uses.filter((one): one is [string, ProcessUse] => one[1] !== undefined));
}
