/** An accepted capture, times on the clock of `performance.now()`. */
export interface AcceptedCapture {
  readonly captureId: string;
  /** When it was to be sent. */
  readonly dueAt: number;
  readonly expect: 'verified' | 'captured' | 'failed';
}

/** A record of an outcome topic, as a consumer read it. */
export interface ArrivedEvent {
  readonly captureId: string;
  readonly eventId: string;
  /** The topic: `identity.<outcome>`. */
  readonly topic: string;
  readonly at: number;
}

/** What became of everything that was accepted. */
interface Balance {
  readonly accepted: number;
  /** Captures with an event. */
  readonly arrived: number;
  /** Captures without one. */
  readonly missing: number;
  /** Further records of an event that had arrived. */
  readonly duplicates: number;
  /** Records that tell of a capture another outcome than its first record did. */
  readonly conflicts: number;
  /** First records that came too late. */
  readonly late: number;
  /** Captures that ended otherwise than they should have. */
  readonly unexpected: number;
  /** Records about captures that were not accepted here: of other clients, or of submissions whose answer was lost. */
  readonly foreign: number;
}

/** Holds what was accepted against what arrived, in whichever order the two become known. */
export interface Ledger {
  accept(capture: AcceptedCapture): void;
  arrive(event: ArrivedEvent): void;
  /** Captures that have no event yet. */
  open(): number;
  balance(): Balance;
}

interface Line {
  capture?: AcceptedCapture;
  readonly events: ArrivedEvent[];
}

/** `onEvent` is told of each capture's first event once capture and event are both known. */
export function createLedger(lateMs: number, onEvent: (capture: AcceptedCapture, event: ArrivedEvent) => void): Ledger {
  const lines = new Map<string, Line>();
  let accepted = 0;
  let arrived = 0;

  function lineOf(captureId: string): Line {
    const line = lines.get(captureId) ?? { events: [] };
    lines.set(captureId, line);
    return line;
  }

  function meet({ capture, events: [first] }: Line): void {
    if (!capture || !first) return;
    arrived += 1;
    onEvent(capture, first);
  }

  return {
    accept(capture) {
      const line = lineOf(capture.captureId);
      if (line.capture) return;
      accepted += 1;
      line.capture = capture;
      meet(line);
    },
    arrive(event) {
      const line = lineOf(event.captureId);
      line.events.push(event);
      if (line.events.length === 1) meet(line);
    },
    open: () => accepted - arrived,
    balance: () => [...lines.values()].reduce((sum, line) => add(sum, line, lateMs), nothing),
  };
}

const nothing: Balance = {
  accepted: 0,
  arrived: 0,
  missing: 0,
  duplicates: 0,
  conflicts: 0,
  late: 0,
  unexpected: 0,
  foreign: 0,
};

function add(sum: Balance, { capture, events }: Line, lateMs: number): Balance {
  if (!capture) return { ...sum, foreign: sum.foreign + events.length };
  const [first, ...further] = events;
  if (!first) return { ...sum, accepted: sum.accepted + 1, missing: sum.missing + 1 };
  const conflicts = further.filter(({ eventId }) => eventId !== first.eventId).length;
  return {
    ...sum,
    accepted: sum.accepted + 1,
    arrived: sum.arrived + 1,
    duplicates: sum.duplicates + further.length - conflicts,
    conflicts: sum.conflicts + conflicts,
    late: sum.late + (first.at - capture.dueAt > lateMs ? 1 : 0),
    unexpected: sum.unexpected + (first.topic === `identity.${capture.expect}` ? 0 : 1),
  };
}
