import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sampleResult } from '../result.fixture.ts';
import { readResult, runResult } from '../result.ts';
import { chartsOf } from './charts.ts';
import { comparisonOf, reportOf } from './html.ts';
import { pairs } from './tables.ts';

test('a report holds everything that it needs, and loads nothing', () => {
  const html = reportOf(sampleResult());

  expect(html).toContain('uPlot');
  expect(html).not.toMatch(/<(script|link|img)[^>]+(src|href)=/);
  expect(html).not.toMatch(/@import|url\((?!data:)/);
});

test('whatever stands in a profile or a broken threshold is text, not HTML', () => {
  const sample = sampleResult();
  const html = reportOf({
    ...sample,
    profile: { ...sample.profile, description: '<img src=x>' },
    budgetWindows: ['</script><b>'],
    broken: ['<i>'],
  });

  expect(html).not.toContain('<img');
  expect(html).not.toContain('</script><b>');
  expect(html).not.toContain('<i>');
});

test('each picture has as many values as places', () => {
  const charts = chartsOf(sampleResult());

  expect(charts.map(({ title }) => title)).toEqual(
    expect.arrayContaining(['Accept latency', 'Capture to event', 'Throughput', 'Queue depth', 'Budget use', 'CPU']),
  );
  for (const { xs, series } of charts) for (const { values } of series) expect(values).toHaveLength(xs.length);
});

test('what was not measured is not drawn', () => {
  const blind = sampleResult();
  const timeline = blind.timeline.map((second) => ({
    ...second,
    waiting: null,
    active: null,
    delayed: null,
    outbox: null,
    deadLetters: null,
    budgetUse: [],
    cpu: {},
    memory: {},
  }));

  const titles = chartsOf({ ...blind, timeline }).map(({ title }) => title);

  expect(titles).not.toEqual(expect.arrayContaining(['Queue depth']));
  expect(titles).not.toEqual(expect.arrayContaining(['Budget use']));
  expect(titles).not.toEqual(expect.arrayContaining(['CPU']));
  expect(titles).toEqual(expect.arrayContaining(['Throughput']));
});

test('CPU is told in cores, as the difference of two looks', () => {
  const cpu = chartsOf(sampleResult()).find(({ title }) => title === 'CPU');

  expect(cpu?.series).toEqual([expect.objectContaining({ label: 'api', values: [null, 0.5] })]);
});

test('two runs stand side by side with their ratio', () => {
  const [a, b] = [sampleResult(), sampleResult({ acceptedPerSecond: 300 })];

  expect(pairs({ ...a, acceptedPerSecond: 100 }, b)).toContainEqual({
    name: 'accepted per second',
    a: '100.0',
    b: '300.0',
    ratio: '3.00',
  });
  expect(comparisonOf(a, b)).toContain('accept (b)');
});

test('a result survives its file, and another file is refused', () => {
  const folder = mkdtempSync(join(tmpdir(), 'result-'));
  const file = join(folder, 'run.json');
  try {
    writeFileSync(file, JSON.stringify(sampleResult()));
    expect(readResult(file)).toEqual(runResult.parse(sampleResult()));
    writeFileSync(file, '{"format":2}');
    expect(() => readResult(file)).toThrow('is not the result of a run');
  } finally {
    rmSync(folder, { recursive: true });
  }
});
