import { type LatencySummary, logarithmicBars, percentileCurve } from '../measure/latency.ts';
import type { Second } from '../measure/timeline.ts';
import type { RunResult } from '../result.ts';

/** A line or a set of bars of a chart. Its colour is its place in the palette of `page/report.css`. */
interface Series {
  readonly label: string;
  readonly colour: number;
  readonly style: 'line' | 'area' | 'bars' | 'dashed';
  readonly values: readonly (number | null)[];
}

/** A picture of the report, as `page/report.js` draws it. */
export interface Chart {
  readonly title: string;
  readonly note: string;
  /** `seconds` of the run, `percentile` as 1 / (1 - p) on a logarithmic scale, or `ms` on one. */
  readonly x: 'seconds' | 'percentile' | 'ms';
  readonly y: {
    readonly unit: 'ms' | 'per second' | '%' | 'cores' | 'MiB' | 'captures';
    readonly logarithmic: boolean;
  };
  readonly xs: readonly number[];
  readonly series: readonly Series[];
}

/** All pictures of one run, in the order in which they are shown. Those about things that were not measured are left out. */
export function chartsOf(result: RunResult): Chart[] {
  const charts = [
    distribution('Accept latency', result.latencies.accept, 0),
    distribution('Capture to event', result.latencies.event, 1),
    curves([result]),
    ...timeCharts(result),
  ];
  return charts.filter(({ xs, series }) => xs.length > 0 && series.length > 0);
}

/** The pictures in which two runs are held against each other. */
export function chartsOfTwo(a: RunResult, b: RunResult): Chart[] {
  return [curves([a, b]), throughputOfTwo(a, b)].filter(({ xs }) => xs.length > 0);
}

function distribution(title: string, latency: LatencySummary, colour: number): Chart {
  const bars = logarithmicBars(latency);
  return {
    title,
    note: 'How many took how long. Bars grow with time: twelve for each tenfold.',
    x: 'ms',
    y: { unit: 'captures', logarithmic: false },
    xs: bars.map(({ fromMs, toMs }) => Math.sqrt(fromMs * toMs)),
    series:
      bars.length > 0 ? [{ label: 'captures', colour, style: 'bars', values: bars.map(({ count }) => count) }] : [],
  };
}

/** One curve for accept and one for the event of each run, from the median to the far tail. */
function curves(results: readonly RunResult[]): Chart {
  const named = results.flatMap((result, i) => {
    const which = results.length > 1 ? (i === 0 ? ' (a)' : ' (b)') : '';
    const style = i === 0 ? ('line' as const) : ('dashed' as const);
    return [
      { label: `accept${which}`, colour: 0, style, curve: percentileCurve(result.latencies.accept) },
      { label: `event${which}`, colour: 1, style, curve: percentileCurve(result.latencies.event) },
    ];
  });
  const longest = named.reduce((long, { curve }) => (curve.length > long.length ? curve : long), named[0]?.curve ?? []);
  return {
    title: 'Latency by percentile',
    note: 'From the moment at which a capture was to be sent. To the right, ever fewer are slower.',
    x: 'percentile',
    y: { unit: 'ms', logarithmic: true },
    xs: longest.map(({ percentile }) => 1 / (1 - percentile / 100)),
    series: named.map(({ curve, ...rest }) => ({ ...rest, values: longest.map((_, i) => curve[i]?.ms ?? null) })),
  };
}

/** The last second of a run is seldom a whole one; what is left of it would look like a fall. */
const secondMin = 0.5;

function timeCharts({ timeline: all, budgetWindows }: RunResult): Chart[] {
  const timeline = all.filter(({ at }, i) => at - (all[i - 1]?.at ?? 0) >= secondMin);
  const over = overTime(timeline);
  const column = (
    label: string,
    colour: number,
    of: (second: Second) => number | null,
    style: Series['style'] = 'line',
  ) => ({
    label,
    colour,
    style,
    values: timeline.map(of),
  });
  return [
    over('Throughput', 'What was to be sent, what was accepted, and what came out of Kafka.', 'per second', [
      column('to be sent', 4, rate('due', timeline), 'dashed'),
      column('accepted', 0, rate('accepted', timeline)),
      column('events', 1, rate('events', timeline)),
      column('refused', 3, rate('refused', timeline)),
    ]),
    over('Latency over time', 'Of each second: what was accepted and what came out in it.', 'ms', [
      column('accept p50', 0, (second) => second.acceptP50Ms, 'dashed'),
      column('accept p99', 0, (second) => second.acceptP99Ms),
      column('event p50', 1, (second) => second.eventP50Ms, 'dashed'),
      column('event p99', 1, (second) => second.eventP99Ms),
    ]),
    over('Queue depth', 'Captures in the queue, and events between decision and Kafka.', 'captures', [
      column('waiting', 0, (second) => second.waiting, 'area'),
      column('waiting for the budget', 2, (second) => second.delayed, 'area'),
      column('active', 1, (second) => second.active),
      column('outbox', 5, (second) => second.outbox),
      column('dead letters', 3, (second) => second.deadLetters),
    ]),
    over('Budget use', 'How much of each window of the provider is used. 100 % is all that it allows.', '%', [
      ...budgetWindows.map((window, i) => column(window, i, (second) => percent(second.budgetUse[i]))),
    ]),
    over('CPU', 'Cores that each process kept busy.', 'cores', byProcess(timeline, 'cpu', 1)),
    over('Memory', 'Resident memory of each process.', 'MiB', byProcess(timeline, 'memory', 1 / 1024 ** 2)),
  ];
}

function overTime(timeline: readonly Second[]) {
  return (title: string, note: string, unit: Chart['y']['unit'], series: readonly Series[]): Chart => ({
    title,
    note,
    x: 'seconds',
    y: { unit, logarithmic: unit === 'ms' },
    xs: timeline.map(({ at }) => at),
    series: series.filter(({ values }) => values.some((value) => value !== null)),
  });
}

function byProcess(timeline: readonly Second[], what: 'cpu' | 'memory', scale: number): Series[] {
  const names = [...new Set(timeline.flatMap((second) => Object.keys(second[what])))];
  return names.map((label, colour) => ({
    label,
    colour,
    style: 'line',
    values: timeline.map((second) => scaled(second[what][label], scale)),
  }));
}

/** Seconds are not exactly seconds long. */
function rate(what: 'due' | 'accepted' | 'refused' | 'events', timeline: readonly Second[]) {
  return (second: Second): number => {
    const before = timeline[timeline.indexOf(second) - 1]?.at ?? 0;
    return second[what] / Math.max(0.05, second.at - before);
  };
}

function throughputOfTwo(a: RunResult, b: RunResult): Chart {
  const longer = a.timeline.length >= b.timeline.length ? a.timeline : b.timeline;
  const of = ({ timeline }: RunResult, what: 'accepted' | 'events'): (number | null)[] => {
    const perSecond = rate(what, timeline);
    return longer.map((_, i) => (timeline[i] ? perSecond(timeline[i]) : null));
  };
  return overTime(longer)('Throughput', 'Both runs from their start.', 'per second', [
    { label: 'accepted (a)', colour: 0, style: 'line', values: of(a, 'accepted') },
    { label: 'events (a)', colour: 1, style: 'line', values: of(a, 'events') },
    { label: 'accepted (b)', colour: 0, style: 'dashed', values: of(b, 'accepted') },
    { label: 'events (b)', colour: 1, style: 'dashed', values: of(b, 'events') },
  ]);
}

function percent(use: number | undefined): number | null {
  return use === undefined ? null : use * 100;
}

function scaled(value: number | undefined, scale: number): number | null {
  return value === undefined ? null : value * scale;
}
