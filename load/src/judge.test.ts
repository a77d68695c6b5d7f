import { expect, test } from 'vitest';
import { judge } from './judge.ts';
import { thresholds } from './profile.ts';
import { sampleResult } from './result.fixture.ts';

test('a missing event and a duplicate break a run unless they are allowed', () => {
  expect(judge(sampleResult(), thresholds.parse({}))).toEqual([
    'captures without an event: 1, allowed 0',
    'duplicate events: 1, allowed 0',
  ]);
  expect(judge(sampleResult(), thresholds.parse({ missingMax: 1, duplicatesMax: 1 }))).toEqual([]);
});

test('a percentile above its limit is told with both', () => {
  const allowed = { missingMax: 1, duplicatesMax: 1 };

  expect(judge(sampleResult(), thresholds.parse({ ...allowed, acceptP99Ms: 4.9 }))).toEqual([
    expect.stringMatching(/^accept p99 in ms: 5\.\d*, allowed 4\.9$/),
  ]);
  expect(judge(sampleResult(), thresholds.parse({ ...allowed, acceptP99Ms: 5.1 }))).toEqual([]);
});

test('refused submissions count as a part of all', () => {
  const result = sampleResult({ due: 10, refused: { 'HTTP 503': 2, 'not sent': 1 } });

  expect(judge(result, thresholds.parse({ missingMax: 1, duplicatesMax: 1, refusedRatioMax: 0.2 }))).toEqual([
    'refused part of all submissions: 0.3, allowed 0.2',
  ]);
});

test('a wrong outcome is never right, and a run in which nothing was accepted is none', () => {
  const balance = { ...sampleResult().balance, accepted: 0, missing: 0, duplicates: 0, unexpected: 1 };

  expect(judge(sampleResult({ balance }), thresholds.parse({}))).toEqual([
    'nothing was accepted',
    'captures with an unexpected outcome: 1, allowed 0',
  ]);
});
