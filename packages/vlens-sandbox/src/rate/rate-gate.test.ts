import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RateGate } from './rate-gate.ts';
import type { RateWindow } from './rate-window.ts';

const tenPerSecond: readonly RateWindow[] = [{ limit: 10, windowMs: 1_000 }];
const rules = { rateWindows: tenPerSecond, rateCountsRejected: false };

test('the eleventh call within a second is rejected, and admitted exactly a second after the first', () => {
  const gate = new RateGate();
  for (let call = 0; call < 10; call += 1) expect(gate.arrive('key', call * 10, rules)).toBe(0);
  expect(gate.arrive('key', 999, rules)).toBe(1);
  expect(gate.arrive('key', 1_000, rules)).toBe(0);
  expect(gate.arrive('key', 1_009, rules)).toBe(1);
});

test('keys have budgets of their own', () => {
  const gate = new RateGate();
  for (let call = 0; call < 10; call += 1) gate.arrive('a', 0, rules);
  expect(gate.arrive('a', 0, rules)).toBe(1_000);
  expect(gate.arrive('b', 0, rules)).toBe(0);
});

test('rejected calls use up budget only where so set', () => {
  const gate = new RateGate();
  const counting = { ...rules, rateCountsRejected: true };
  for (let call = 0; call < 10; call += 1) gate.arrive('key', 0, counting);
  gate.arrive('key', 500, counting);
  expect(gate.arrive('key', 1_000, counting)).toBe(0);
  for (let call = 0; call < 10; call += 1) gate.arrive('key', 1_100, counting);
  expect(gate.arrive('key', 2_050, counting)).toBe(50);
});

test('new windows start out empty', () => {
  const gate = new RateGate();
  for (let call = 0; call < 10; call += 1) gate.arrive('key', 0, rules);
  expect(gate.arrive('key', 0, { ...rules, rateWindows: [...tenPerSecond] })).toBe(0);
});

test('no stretch of any window ever holds more admitted calls than its limit, and none is rejected without cause', () => {
  const window = fc.record({ limit: fc.integer({ min: 1, max: 5 }), windowMs: fc.integer({ min: 1, max: 50 }) });
  const windows = fc.array(window, { minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(windows, fc.array(fc.nat(20), { maxLength: 100 }), (rateWindows, gapsMs) => {
      const gate = new RateGate();
      const admitted: number[] = [];
      let nowMs = 0;
      for (const gapMs of gapsMs) {
        nowMs += gapMs;
        const hasRoom = rateWindows.every(
          ({ limit, windowMs }) => admitted.filter((atMs) => atMs > nowMs - windowMs).length < limit,
        );
        expect(gate.arrive('key', nowMs, { rateWindows, rateCountsRejected: false }) === 0).toBe(hasRoom);
        if (hasRoom) admitted.push(nowMs);
      }
    }),
  );
});
