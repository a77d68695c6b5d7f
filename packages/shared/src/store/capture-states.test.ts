import { expect, it } from 'vitest';
import { type CaptureStep, luaMay, recordStatuses, statusAfter } from './capture-states.ts';

/** Where each step leads from queued, processing, verified, captured, failed and erased, in this order; `-` changes nothing. */
const table: readonly (readonly [CaptureStep, string])[] = [
  ['begin', 'processing processing - - - -'],
  ['checkpoint', '- processing - - - -'],
  ['finish', 'failed failed - - - -'],
  ['erase', 'erased erased erased erased erased -'],
  ['redrive', 'queued processing - - - -'],
  ['publish', '- - verified captured failed erased'],
  ['announceAgain', '- - verified captured failed erased'],
];

it.each(table)('%s leads to %s', (step, to) => {
  expect(recordStatuses.map((status) => statusAfter(step, status, 'failed') ?? '-').join(' ')).toBe(to);
});

it('guards a Lua step by the statuses in which it may happen', () => {
  expect(luaMay('finish')).toBe("(status == 'queued' or status == 'processing')");
  expect(luaMay('checkpoint')).toBe("(status == 'processing')");
});
