import { type AcceptedCapture, createLedger, type Ledger } from './ledger.ts';
import { createLatency, type Latency } from './measure/latency.ts';
import { createTimeline, type Timeline } from './measure/timeline.ts';
import type { RunResult } from './result.ts';

/** What a run measures; the rest of its result is known before it begins. */
export type Measured = Pick<
  RunResult,
  'seconds' | 'due' | 'refused' | 'balance' | 'latencies' | 'acceptedPerSecond' | 'eventsPerSecond' | 'timeline'
>;

/** Where everything that happens in a run is written down, once; times on the clock of `performance.now()`. */
export interface Books {
  readonly ledger: Ledger;
  readonly timeline: Timeline;
  readonly counts: Readonly<{ due: number; accepted: number; refused: number; inFlight: number }>;
  /** One is about to be sent. */
  sent(dueAt: number, at: number): void;
  accepted(capture: AcceptedCapture, at: number): void;
  refused(why: string): void;
  /** One was not sent. */
  skipped(): void;
  measured(ms: number): Measured;
}

export function openBooks(lateMs: number): Books {
  const timeline = createTimeline();
  const latencies = { accept: createLatency(), event: createLatency(), lag: createLatency() };
  const between = { accepted: createSpan(), events: createSpan() };
  const counts = { due: 0, accepted: 0, refused: 0, inFlight: 0 };
  const reasons = new Map<string, number>();
  const ledger = createLedger(lateMs, ({ dueAt }, { at }) => {
    latencies.event.record(at - dueAt);
    timeline.event(at - dueAt);
    between.events.note(at);
  });
  const due = (): void => {
    counts.due += 1;
    timeline.due();
  };
  const refuse = (why: string): void => {
    counts.refused += 1;
    timeline.refused();
    reasons.set(why, (reasons.get(why) ?? 0) + 1);
  };
  return {
    ledger,
    timeline,
    counts,
    sent(dueAt, at) {
      due();
      counts.inFlight += 1;
      latencies.lag.record(at - dueAt);
    },
    accepted(capture, at) {
      counts.inFlight -= 1;
      counts.accepted += 1;
      latencies.accept.record(at - capture.dueAt);
      timeline.accepted(at - capture.dueAt);
      between.accepted.note(at);
      ledger.accept(capture);
    },
    refused(why) {
      counts.inFlight -= 1;
      refuse(why);
    },
    skipped() {
      due();
      refuse('not sent');
    },
    measured: (ms) => ({
      seconds: ms / 1_000,
      due: counts.due,
      refused: Object.fromEntries(reasons),
      balance: ledger.balance(),
      latencies: summaries(latencies),
      acceptedPerSecond: between.accepted.perSecond(),
      eventsPerSecond: between.events.perSecond(),
      timeline: [...timeline.seconds],
    }),
  };
}

function summaries({ accept, event, lag }: Readonly<Record<'accept' | 'event' | 'lag', Latency>>) {
  return { accept: accept.summary(), event: event.summary(), lag: lag.summary() };
}

/** Counts things and the time between the first and the last of them. */
interface Span {
  note(at: number): void;
  perSecond(): number;
}

function createSpan(): Span {
  let [count, first, last] = [0, 0, 0];
  return {
    note(at) {
      if (count === 0) first = at;
      last = at;
      count += 1;
    },
    perSecond: () => (last > first ? ((count - 1) * 1_000) / (last - first) : 0),
  };
}
