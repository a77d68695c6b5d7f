import { captureStatuses, isTerminal } from '@identity-events/shared/contracts/capture';
import type { CaptureRecord } from '@identity-events/shared/store/capture-record';
import { describe, expect, it } from 'vitest';
import { diagnose, type Finding, type JobState } from './diagnose.ts';

const expiresAt = 10_000;
const graceMs = 1_000;
const recordOf = (status: CaptureRecord['status']) => ({ status, expiresAt }) as CaptureRecord;
const jobStates: readonly JobState[] = ['active', 'waiting', 'dead', 'lost'];

/** What is found of an open capture: before its deadline and grace, and after. */
const table: Readonly<Record<JobState, readonly [Finding, Finding]>> = {
  active: ['moving', 'moving'],
  waiting: ['moving', 'overdue'],
  dead: ['dead_letter', 'overdue'],
  lost: ['job_lost', 'overdue'],
};

describe.each(captureStatuses.filter((status) => !isTerminal(status)))('a capture that is %s', (status) => {
  it.each(jobStates)('and whose job is %s', (job) => {
    const [before, after] = table[job];
    expect(diagnose(recordOf(status), job, { now: expiresAt + graceMs - 1, graceMs })).toBe(before);
    expect(diagnose(recordOf(status), job, { now: expiresAt + graceMs, graceMs })).toBe(after);
  });
});

it.each(jobStates)('what has ended only lacks its event, whatever its job (%s) and its deadline', (job) => {
  for (const status of captureStatuses.filter(isTerminal)) {
    for (const now of [0, expiresAt * 2])
      expect(diagnose(recordOf(status), job, { now, graceMs })).toBe('not_announced');
  }
});

it.each(jobStates)('what has no record, or one of another version, is left alone, whatever its job (%s)', (job) => {
  expect(diagnose('missing', job, { now: 0, graceMs })).toBe('erased');
  expect(diagnose('unreadable', job, { now: expiresAt * 2, graceMs })).toBe('unreadable');
});
