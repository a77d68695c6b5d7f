/* Draws the charts of a report with uPlot, which stands before this in the page. Charts over time share their cursor. */
(() => {
  const css = getComputedStyle(document.documentElement);
  const colour = (name) => css.getPropertyValue(`--${name}`).trim();
  const paint = (number) => colour(`colour-${number % 8}`);

  /** Three digits, with thousands apart. */
  const digits = (value) => {
    if (value >= 1000) return Math.round(value).toLocaleString('en');
    return String(Number(value.toPrecision(3)));
  };
  const milliseconds = (value) => (value >= 1000 ? `${digits(value / 1000)} s` : `${digits(value)} ms`);
  const withUnit = {
    ms: milliseconds,
    'per second': (value) => `${digits(value)}/s`,
    '%': (value) => `${digits(value)} %`,
    cores: (value) => digits(value),
    MiB: (value) => `${digits(value)} MiB`,
    captures: digits,
  };
  const clock = (seconds) => {
    const whole = Math.round(seconds);
    return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
  };
  /** 1 / (1 - p) as the percentile that it stands for. */
  const percentile = (value) => `${Number((100 * (1 - 1 / value)).toPrecision(6))} %`;
  const percentileTicks = [1, 2, 10, 100, 1000, 10_000, 100_000, 1_000_000];
  const decades = Array.from({ length: 13 }, (_, i) => 10 ** (i - 4));

  const axis = (values, more) => ({
    stroke: colour('soft'),
    grid: { stroke: colour('line'), width: 1 },
    ticks: { stroke: colour('line'), width: 1 },
    font: '11px system-ui, "DejaVu Sans", sans-serif',
    values: (_, splits) => splits.map((value) => (value === null ? '' : values(value))),
    ...more,
  });

  const within = (ticks) => (self, _axis, from, to) =>
    ticks.filter((tick) => tick >= from * 0.999 && tick <= to * 1.001);

  const xOf = {
    seconds: { log: false, text: clock, axis: { incrs: [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600] } },
    percentile: {
      log: true,
      text: percentile,
      axis: { splits: within(percentileTicks), filter: (_, splits) => splits },
    },
    ms: { log: true, text: milliseconds, axis: { filter: (_, splits) => splits.map(onlyDecades) } },
  };
  const onlyDecades = (value) => (decades.some((decade) => Math.abs(value / decade - 1) < 0.01) ? value : null);

  function seriesOf({ label, colour: number, style }, text) {
    const base = {
      label,
      stroke: paint(number),
      width: 1.6,
      points: { show: false },
      value: (_, value) => (value === null ? '–' : text(value)),
    };
    if (style === 'area') return { ...base, fill: `${paint(number)}33` };
    if (style === 'dashed') return { ...base, dash: [5, 4] };
    if (style === 'bars') return { ...base, fill: `${paint(number)}99`, paths: uPlot.paths.bars({ size: [0.92, 60] }) };
    return base;
  }

  function draw(chart, place) {
    const x = xOf[chart.x];
    const text = withUnit[chart.y.unit];
    const logY =
      chart.y.logarithmic && chart.series.every(({ values }) => values.every((value) => value === null || value > 0));
    const options = {
      width: place.clientWidth,
      height: 240,
      cursor: { drag: { x: true, y: false }, ...(chart.x === 'seconds' ? { sync: { key: 'run' } } : {}) },
      scales: {
        x: { time: false, distr: x.log ? 3 : 1 },
        y: logY ? { distr: 3 } : { range: (_, _low, high) => [0, high > 0 ? high * 1.08 : 1] },
      },
      axes: [
        axis(x.text, x.axis),
        axis(text, { size: 64, ...(logY ? { filter: (_, splits) => splits.map(onlyDecades) } : {}) }),
      ],
      series: [
        {
          label: chart.x === 'ms' ? 'about' : chart.x === 'percentile' ? 'percentile' : 'at',
          value: (_, value) => (value === null ? '–' : x.text(value)),
        },
        ...chart.series.map((one) => seriesOf(one, text)),
      ],
    };
    return new uPlot(options, [chart.xs, ...chart.series.map(({ values }) => values)], place);
  }

  const charts = JSON.parse(document.getElementById('charts').textContent);
  const drawn = charts.map((chart, i) => {
    const place = document.getElementById(`chart-${i}`);
    return { place, plot: draw(chart, place) };
  });
  addEventListener('resize', () => {
    for (const { place, plot } of drawn) plot.setSize({ width: place.clientWidth, height: 240 });
  });
})();
