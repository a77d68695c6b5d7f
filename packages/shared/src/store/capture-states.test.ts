import { expect, it } from 'vitest';
import { captureStatuses } from '../contracts/capture.ts';
import { type CaptureStep, luaMay, statusAfter } from './capture-states.ts';

/** Where each step leads from queued, processing, verified, captured and failed, in this order; `-` changes nothing. */
const table: readonly (readonly [CaptureStep, string])[] = [
  ['begin', 'processing processing - - -'],
  ['checkpoint', '- processing - - -'],
  ['finish', 'failed failed - - -'],
  ['redrive', 'queued processing - - -'],
  ['publish', '- - verified captured failed'],
  ['announceAgain', '- - verified captured failed'],
];

it.each(table)('%s leads to %s', (step, to) => {
  expect(captureStatuses.map((status) => statusAfter(step, status, 'failed') ?? '-').join(' ')).toBe(to);
});

it('guards a Lua step by the statuses in which it may happen', () => {
  expect(luaMay('finish')).toBe("(status == 'queued' or status == 'processing')");
  expect(luaMay('checkpoint')).toBe("(status == 'processing')");
});
