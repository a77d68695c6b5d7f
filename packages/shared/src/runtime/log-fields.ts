import { eventTypes } from '../contracts/event-contracts.ts';
import { replaySkips } from '../contracts/replay-view.ts';

type Scalar = string | number | boolean | null;

/**
 * Every field that a log line may have. A new one is added here once it is clear that its values reveal no person: ids of our own and of
 * the provider, codes, counts, times. Never what somebody sent, and never a message of an error that is not ours.
 */
const logKeys = [
  // What it is about.
  ...([
    'requestId',
    'traceId',
    'captureId',
    'tenant',
    'client',
    'object',
    'topic',
    'topics',
    'entryId',
    'notificationId',
  ] as const),
  ...(['businessRequestId', 'kind', 'method', 'route', 'endpoint', 'action', 'round', 'job', 'nonce', 'part'] as const),
  // How it went.
  ...([
    'result',
    'outcome',
    'status',
    'reason',
    'cause',
    'why',
    'code',
    'errorCode',
    'problem',
    'finding',
    'mended',
  ] as const),
  ...(['repeated', 'closed', 'held', 'clean', 'readable', 'standing', 'by', 'error', 'stack'] as const),
  // When, and for how long: epoch ms, ms.
  ...(['at', 'durationMs', 'waitMs', 'pauseMs', 'setBackMs', 'outboxAgeMs'] as const),
  // How many.
  ...([
    'starts',
    'attempt',
    'jobs',
    'events',
    'looks',
    'removed',
    'dropped',
    'accepted',
    'refused',
    'tenants',
  ] as const),
  ...(['clients', 'added', 'outboxDepth', 'outboxAside'] as const),
  // What a round of the reconciler found, and mended.
  ...(['moving', 'erased', 'erased_mended', 'newer', 'unreadable', 'unreadable_mended', 'job_lost', 'fault'] as const),
  ...([
    'job_lost_mended',
    'dead_letter',
    'overdue',
    'overdue_mended',
    'not_announced',
    'not_announced_mended',
  ] as const),
  // What an operator asked for, and what came of it.
  ...(['selectedBy', 'limit', 'dryRun', 'force', 'perSecond', 'redriven', 'abandoned', 'dismissed'] as const),
  ...(['would_redrive', 'would_abandon', 'would_dismiss'] as const),
  ...(['replayId', 'captures', 'end', 'limitReached'] as const),
  ...eventTypes,
  ...replaySkips,
  // What became of values under an old key.
  ...(['current', 'renewed', 'overtaken', 'broken'] as const),
  // How a process runs.
  ...(['host', 'port', 'healthHost', 'healthPort', 'to', 'namespace', 'label', 'setting', 'is', 'wanted'] as const),
] as const;

/** Fields of a log line: facts with their unit in the name; nothing personal, no payloads. Undefined ones are left out. */
export type LogFields = Readonly<Partial<Record<(typeof logKeys)[number], Scalar | undefined>>>;

const known: ReadonlySet<string> = new Set(logKeys);
/** Longer texts are cut: a stack of twelve lines is shorter. */
const textMax = 4_096;

/**
 * The known fields of whatever was given, as far as they are scalars; `droppedFields` counts the others, of which nothing else is told.
 * Never throws, runs no `toJSON`, reads each value once.
 */
export function toKnownFields(fields: unknown): Record<string, Scalar> {
  const kept: Record<string, Scalar> = {};
  let droppedFields = 0;
  for (const key of keysOf(fields)) {
    const value = known.has(key) ? readScalar(fields as object, key) : unusable;
    if (value === undefined) continue;
    if (value === unusable) droppedFields += 1;
    else kept[key] = value;
  }
  return droppedFields > 0 ? { ...kept, droppedFields } : kept;
}

const unusable = Symbol('unusable');

function keysOf(fields: unknown): readonly string[] {
  if (typeof fields !== 'object' || fields === null) return [];
  try {
    return Object.keys(fields);
  } catch {
    return [''];
  }
}

function readScalar(fields: object, key: string): Scalar | undefined | typeof unusable {
  try {
    const value: unknown = Reflect.get(fields, key);
    if (typeof value === 'string') return value.length > textMax ? `${value.slice(0, textMax)}...` : value;
    if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
    return typeof value === 'boolean' || value === null || value === undefined ? value : unusable;
  } catch {
    return unusable;
  }
}
