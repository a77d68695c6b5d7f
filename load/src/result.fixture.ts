import { openBooks } from './books.ts';
import { describeMachine } from './measure/machine.ts';
import { profile } from './profile.ts';
import type { RunResult } from './result.ts';

/** The result of a run of three captures: one in order, one whose event came twice, one without an event. */
export function sampleResult(change: Partial<RunResult> = {}): RunResult {
  const books = openBooks(1_000);
  for (const [n, captureId] of ['cap_1', 'cap_2', 'cap_3'].entries()) {
    books.sent(n * 10, n * 10 + 1);
    books.accepted({ captureId, dueAt: n * 10, expect: 'verified' }, n * 10 + 5);
  }
  const event = { topic: 'identity.verified', eventId: 'one' };
  books.ledger.arrive({ ...event, captureId: 'cap_1', at: 40 });
  books.ledger.arrive({ ...event, captureId: 'cap_2', at: 60 });
  books.ledger.arrive({ ...event, captureId: 'cap_2', at: 70 });
  const redis = { waiting: 4, active: 1, delayed: 2, deadLetters: 0, outbox: 3, budgetUse: [0.5] };
  books.timeline.close(1, 0, redis, new Map([['api', { cpuSeconds: 1, residentBytes: 1_024 ** 2 }]]));
  books.timeline.close(2, 0, redis, new Map([['api', { cpuSeconds: 1.5, residentBytes: 1_024 ** 2 }]]));
  return {
    format: 1,
    profile: profile.parse({
      name: 'sample',
      description: 'three',
      stages: [{ seconds: 1, perSecond: 3 }],
      mix: [{ kind: 'link' }],
    }),
    startedAt: '2030-01-01T00:00:00.000Z',
    target: 'nowhere',
    machine: describeMachine(),
    budgetWindows: ['10 per 1 s'],
    broken: [],
    hotFunctions: {},
    ...books.measured(2_000),
    ...change,
  };
}
