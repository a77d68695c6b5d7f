import { causeOf } from '@identity-events/shared/contracts/dead-letter-cause';
import { outcomeEventTypes } from '@identity-events/shared/contracts/identity-event';
import { replaySkips } from '@identity-events/shared/contracts/replay-view';

const hidden = '(hidden)';

/** Members of a job's data, progress, answer and options that may be shown, as far as their values may. */
const jobMembers: ReadonlySet<string> = new Set([
  ...(['v', 'captureId', 'replayId', 'cursor', 'types', 'limit', 'perSecond', 'dryRun', 'force', 'cancelled'] as const),
  ...(['createdAt', 'createdFrom', 'createdBefore', 'topic', 'byType', 'skipped', 'limitReached'] as const),
  ...(['attempts', 'priority', 'delay', 'jobId', 'timestamp', 'removeOnComplete', 'removeOnFail', 'age'] as const),
  ...(['count', ...outcomeEventTypes, ...replaySkips] as const),
]);

/** Texts that say the same about everybody. */
const words: ReadonlySet<string> = new Set([
  ...([
    'latest',
    'active',
    'waiting',
    'waiting-children',
    'prioritized',
    'completed',
    'failed',
    'delayed',
    'paused',
  ] as const),
  ...(['bullmq', 'redis', 'standalone', 'cluster', 'sentinel', 'captures', 'replays', 'capture', 'replay'] as const),
  ...(['cancelled', 'unknown', ...outcomeEventTypes] as const),
]);

/** Members of the board's own answers that hold no more than what the server is. */
const aboutServer: ReadonlySet<string> = new Set(['version', 'os']);

/** Ids as this service makes them, and the keys of the board's own sentences. */
const ours = /^((cap|rpl)_[0-9a-f]{32}|[A-Z]+\.[A-Z_.]+)$/;

/** A national number has 14 digits, a time in milliseconds 13. */
const numberMost = 9_999_999_999_999;

/**
 * What Bull Board may answer, as a replacer of `JSON.stringify`: whatever is not known to say nothing about a person is hidden. So are
 * the words of errors, of which the code stays, their stacks, and lines that jobs log.
 */
export function redactBoard(key: string, value: unknown): unknown {
  switch (key) {
    case 'failedReason':
    case 'deferredFailure':
      return typeof value === 'string' ? causeOf(value) : undefined;
    case 'stacktrace':
      return [];
    case 'data':
    case 'progress':
    case 'returnValue':
    case 'opts':
      return pick(value);
    default:
      return aboutServer.has(key) || typeof value === 'object' ? value : showable(value);
  }
}

function pick(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(pick);
  if (typeof value !== 'object' || value === null) return showable(value);
  const known = Object.entries(value).filter(([name]) => jobMembers.has(name));
  return Object.fromEntries(known.map(([name, member]) => [name, pick(member)]));
}

function showable(value: unknown): unknown {
  if (typeof value === 'string') return value === '' || words.has(value) || ours.test(value) ? value : hidden;
  if (typeof value === 'number') return Math.abs(value) <= numberMost ? value : hidden;
  return value;
}
