/** A capture that the API answered with 202; once for every such answer. */
export interface AcceptedCapture {
  readonly idempotencyKey: string;
  readonly captureId: string;
  /** The topic in which its outcome belongs; absent where any outcome is right. */
  readonly expected?: string;
}

/** A provider call that the sandbox saw and did not spoil itself. */
interface ProviderCall {
  readonly transactionId: string | null;
  readonly endpoint: string;
}

/** A record of an outcome topic. */
export interface OutcomeRecord {
  readonly captureId: string;
  readonly topic: string;
  /** The Kafka key. */
  readonly key: string;
  /** `ce_id`. */
  readonly eventId: string;
  readonly transactionId: string | null;
  /** Code of the reason of a failed capture; empty for others. */
  readonly reason: string;
  /** Epoch milliseconds as the event says them. */
  readonly acceptedAt: number;
  readonly decidedAt: number;
}

/** Everything that a run left outside the services. */
export interface RunTraces {
  readonly accepted: readonly AcceptedCapture[];
  readonly calls: readonly ProviderCall[];
  /** In the order of their arrival, each place of Kafka once. */
  readonly records: readonly OutcomeRecord[];
  readonly kills: number;
  /** Provider calls that may have been made again. Default: one for each kill. */
  readonly extraCallsMax?: number;
  /** False where the times in the events tell nothing, because clocks were set. Default true. */
  readonly clocksAgree?: boolean;
}

/** The numbers of a run, and a sentence for everything that must not be. */
export interface RunCheck {
  readonly accepted: number;
  readonly outcomes: number;
  readonly missing: number;
  readonly conflicting: number;
  readonly repeats: number;
  readonly extraCalls: number;
  readonly kills: number;
  readonly faults: readonly string[];
}

/**
 * Holds what was accepted against what the provider and the subscribers saw. Pure.
 *
 * A fault is: no outcome, two different ones, another one than expected, a repeat under another id, an outcome of a capture
 * that nobody was told of, two captures for one Idempotency-Key, more repeated provider calls than the kills account for,
 * and two events of one key in the wrong order: the later decided before the earlier was even accepted.
 */
export function checkRun(run: RunTraces): RunCheck {
  const { accepted, calls, records, kills, extraCallsMax = kills, clocksAgree = true } = run;
  const captures = new Map(accepted.map((one) => [one.captureId, one]));
  const byCapture = Map.groupBy(records, ({ captureId }) => captureId);
  const missing = [...captures.keys()].filter((id) => !byCapture.has(id));
  const conflicting = [...byCapture.values()].filter((same) => distinct(same, outcomeOf) > 1);
  const firsts = [...byCapture.values()].map(([first]) => first as OutcomeRecord);
  const extraCalls = countExtraCalls(calls, firsts);
  return {
    accepted: captures.size,
    outcomes: captures.size - missing.length,
    missing: missing.length,
    conflicting: conflicting.length,
    repeats: records.length - byCapture.size,
    extraCalls,
    kills,
    faults: [
      ...missing.map((id) => `${id} was accepted and has no outcome`),
      ...conflicting.map((same) => `${same[0]?.captureId} has outcomes ${same.map(outcomeOf).join(' and ')}`),
      ...unexpected(captures, firsts),
      ...otherIds(byCapture),
      ...[...byCapture.keys()].filter((id) => !captures.has(id)).map((id) => `${id} has an outcome and no 202`),
      ...sharedKeys(accepted),
      ...(extraCalls > extraCallsMax
        ? [`${extraCalls} provider calls were repeated, ${extraCallsMax} at most may be`]
        : []),
      ...(clocksAgree ? outOfOrder(firsts) : []),
    ],
  };
}

/** The one line by which a run is judged. */
export function toLine(check: RunCheck): string {
  const { accepted, outcomes, missing, conflicting, repeats, extraCalls, kills } = check;
  const counts = { accepted, outcomes, missing, conflicting, repeats, extraCalls, kills };
  return Object.entries(counts)
    .map(([name, count]) => `${name}=${count}`)
    .join(' ');
}

function outcomeOf({ topic, reason }: OutcomeRecord): string {
  return reason === '' ? topic : `${topic} (${reason})`;
}

function distinct<T>(all: readonly T[], by: (one: T) => string): number {
  return new Set(all.map(by)).size;
}

/** Calls beyond the first of the same endpoint about the same transaction, of captures of this run. */
function countExtraCalls(calls: readonly ProviderCall[], firsts: readonly OutcomeRecord[]): number {
  const ours = new Set(firsts.map(({ transactionId }) => transactionId));
  const about = calls.filter(({ transactionId }) => transactionId !== null && ours.has(transactionId));
  return about.length - distinct(about, ({ transactionId, endpoint }) => `${transactionId} ${endpoint}`);
}

function unexpected(captures: ReadonlyMap<string, AcceptedCapture>, firsts: readonly OutcomeRecord[]): string[] {
  return firsts.flatMap((record) => {
    const expected = captures.get(record.captureId)?.expected;
    if (expected === undefined || expected === record.topic) return [];
    return [`${record.captureId} ended as ${outcomeOf(record)} instead of ${expected}`];
  });
}

function otherIds(byCapture: ReadonlyMap<string, readonly OutcomeRecord[]>): string[] {
  return [...byCapture]
    .filter(([, same]) => distinct(same, ({ eventId }) => eventId) > 1)
    .map(([captureId, same]) => `${captureId} was repeated under another id: ${same.map((r) => r.eventId).join(', ')}`);
}

function sharedKeys(accepted: readonly AcceptedCapture[]): string[] {
  return [...Map.groupBy(accepted, ({ idempotencyKey }) => idempotencyKey)]
    .filter(([, same]) => distinct(same, ({ captureId }) => captureId) > 1)
    .map(([key, same]) => `Idempotency-Key ${key} was answered with ${same.map((one) => one.captureId).join(' and ')}`);
}

/**
 * A worker notes the time of a decision just before it writes it, and the write is what counts: a worker that is held up in between, by its first
 * capture say, lets another one pass.
 */
const writtenWithinMs = 1_000;

/** Order is promised for each topic and key, between captures of which one's decision was written before the other was accepted. */
function outOfOrder(firsts: readonly OutcomeRecord[]): string[] {
  const faults: string[] = [];
  for (const [lane, same] of Map.groupBy(firsts, ({ topic, key }) => `${key} in ${topic}`)) {
    let earliest: OutcomeRecord | undefined;
    for (const record of same.toReversed()) {
      if (earliest && earliest.decidedAt + writtenWithinMs < record.acceptedAt) {
        faults.push(
          `${lane}: ${earliest.captureId} came after ${record.captureId}, which was accepted ${record.acceptedAt - earliest.decidedAt} ms after its decision`,
        );
      }
      if (!earliest || record.decidedAt < earliest.decidedAt) earliest = record;
    }
  }
  return faults;
}
