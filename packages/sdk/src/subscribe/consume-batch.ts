import type { EachBatchPayload } from 'kafkajs';
import type { KafkaRecord } from './kafka-record.ts';
import type { Verdict } from './process-record.ts';

/** What consuming needs to know of the subscription. */
export interface BatchDeps {
  readonly processRecord: (record: KafkaRecord, isLeaving: () => boolean) => Promise<Verdict>;
  /** Where reading is to go on when the record is too old to be read; undefined when it is not. */
  readonly skipTo: (record: KafkaRecord) => Promise<string | undefined>;
  readonly seek: (place: { topic: string; partition: number; offset: string }) => void;
  readonly holds: PartitionHolds;
  readonly isStopping: () => boolean;
  readonly heartbeatMs: number;
}

/** How long a partition is held, and what wakes it. */
export interface PartitionHolds {
  /** Calls `resume` after the time given or, without one, after longer and longer waits. */
  hold(partition: string, resume: () => void, waitMs: number | undefined): void;
  /** Forgets earlier waits. */
  release(partition: string): void;
}

/**
 * Takes the records of one partition in their order, each to its end before the next. Whatever is not done with is delivered
 * again. Heartbeats go on during long handlers; when the group changes, the record in hand is finished and its offset committed
 * before the partition is let go, so that the next owner goes on behind it.
 */
export async function consumeBatch(payload: EachBatchPayload, deps: BatchDeps): Promise<void> {
  const { topic, partition, messages } = payload.batch;
  using pulse = startPulse(payload.heartbeat, deps.heartbeatMs);
  const isLeaving = (): boolean => deps.isStopping() || pulse.failure !== undefined;
  for (const message of messages) {
    await pulse.beat();
    if (deps.isStopping() || !payload.isRunning() || payload.isStale()) return;
    const record: KafkaRecord = { ...message, topic, partition };
    const offset = await deps.skipTo(record);
    if (offset !== undefined) return deps.seek({ topic, partition, offset });
    const verdict = await deps.processRecord(record, isLeaving);
    const name = `${topic}/${partition}`;
    if (verdict.kind === 'hold') return deps.holds.hold(name, payload.pause(), verdict.waitMs);
    if (verdict.kind === 'done') {
      deps.holds.release(name);
      payload.resolveOffset(message.offset);
      await payload.commitOffsetsIfNecessary();
    }
    if (pulse.failure !== undefined) throw pulse.failure;
    if (verdict.kind === 'given_back') return;
  }
}

/** Beats while a handler works. What goes wrong is kept: thrown in between, it would be lost. */
function startPulse(heartbeat: () => Promise<void>, everyMs: number) {
  const pulse = {
    failure: undefined as Error | undefined,
    /** Throws what tells that the group changes. */
    async beat() {
      if (pulse.failure !== undefined) throw pulse.failure;
      await heartbeat();
    },
    [Symbol.dispose]() {
      clearInterval(timer);
    },
  };
  const timer = setInterval(() => {
    heartbeat().catch((error: unknown) => {
      pulse.failure ??= error instanceof Error ? error : new Error(String(error));
    });
  }, everyMs);
  return pulse;
}
